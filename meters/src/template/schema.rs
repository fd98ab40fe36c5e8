//! The JSON schema of template files, for editors: made from the very types that read them, kept in
//! `meters/templates/schema.json`, and compared with what reads templates.
//!
//! `DEREN_UPDATE_SNAPSHOTS=1 cargo test -p deren-meters --lib template::schema` writes the file again.

use super::registers::{
    Sum,
    decode::{Field, Function},
};
use super::*;
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema};
use serde_json::{Value, json};
use std::borrow::Cow;

/// What a device stands for at a site.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum Role {
    /// The meter between the site and the grid.
    Grid,
    /// An inverter or a production meter.
    Production,
    /// A battery.
    Storage,
}

/// One field, or several that add up.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum OneOrMany {
    /// The number is in one field.
    One(Field),
    /// The fields add up.
    Many(#[schemars(length(min = 1, max = 8))] Vec<Field>),
}

impl JsonSchema for Sum {
    fn schema_name() -> Cow<'static, str> {
        OneOrMany::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        OneOrMany::json_schema(generator)
    }
}

impl JsonSchema for Function {
    fn schema_name() -> Cow<'static, str> {
        "Function".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The Modbus function that reads it: 3 (holding registers) or 4 (input registers).",
            "enum": [3, 4],
        })
    }
}

/// The schema of a product with several devices: what is said of all of them, and of each.
fn product(kind: &str, device: &Value) -> Value {
    let of_all = device["properties"].as_object().expect("keys").clone();
    let mut own = of_all.clone();
    own.remove("kind");
    own.insert("name".into(), json!({ "type": "string", "pattern": "^[a-z0-9-]{1,64}$", "description": "What a URI calls it; without one, the file's name." }));
    let mut properties = of_all;
    let devices = json!({ "type": "object", "properties": own, "additionalProperties": false });
    properties.insert("device".into(), json!({ "type": "array", "minItems": 1, "maxItems": 8, "items": devices, "description": "A device of the product." }));
    json!({
        "title": format!("product with several {kind} devices"), "type": "object", "properties": properties,
        "required": ["device", "kind"], "additionalProperties": false,
    })
}

/// The schema of each kind of template, of a device or of a product, and one that takes any.
fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut kinds = Vec::new();
    let mut products = Vec::new();
    let registers = ModbusTemplate::json_schema(&mut generator);
    let payload = MqttTemplate::json_schema(&mut generator);
    for (kind, schema) in [("modbus", registers), ("mqtt", payload.clone()), ("http", payload)] {
        let mut schema = schema.to_value();
        schema["properties"]["kind"] = json!({ "const": kind, "description": "Kind of wire." });
        schema["required"].as_array_mut().expect("some are required").push("kind".into());
        schema["title"] = format!("{kind} device").into();
        products.push(product(kind, &schema));
        kinds.push(schema);
    }
    kinds.extend(products);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "DeREN device template",
        "oneOf": kinds,
        "$defs": generator.take_definitions(true),
    })
}

mod tests {
    use super::*;

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/schema.json");

    /// What the schema's file says against a template, if anything.
    fn fault(instance: &Value) -> Option<String> {
        let text = fs::read_to_string(FILE).expect("the schema's file");
        let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
        compiler.add_resource("schema.json", serde_json::from_str(&text).expect("JSON")).expect("a resource");
        let index = compiler.compile("schema.json", &mut schemas).expect("a schema");
        schemas.validate(instance, index).err().map(|fault| fault.to_string())
    }

    fn as_json(text: &str) -> Value {
        serde_json::to_value(text.parse::<toml::Table>().expect("TOML")).expect("JSON")
    }

    #[test]
    fn the_schema_file_is_what_the_code_reads() {
        let text = serde_json::to_string_pretty(&schema()).expect("JSON") + "\n";
        deren_testing::assert_snapshot(FILE, text, "-p deren-meters --lib template::schema");
    }

    #[test]
    fn every_built_in_template_keeps_to_the_schema() {
        for (name, text) in BUILT_IN {
            assert_eq!(fault(&as_json(text)), None, "{name}");
        }
    }

    #[test]
    fn the_schema_refuses_what_the_code_refuses() {
        let good = include_str!("../../templates/eastron-sdm630.toml");
        for (what, with) in [
            ("kind = \"modbus\"", "kind = \"canbus\""),
            ("type = \"f32\"", "type = \"f16\""),
            ("unit = \"kWh\"", "unit = \"kVAh\""),
            ("function = 4", "function = 6"),
            ("address = 0x48", "address = 0x10000"),
            ("vendor =", "seller ="),
            ("[[fingerprint]]", "[[fingerprints]]"),
            ("roles = [", "roles = [\"friend\", "),
        ] {
            let text = good.replacen(what, with, 1);
            assert!(Template::from_toml("changed", &text).is_err(), "{with}");
            assert!(fault(&as_json(&text)).is_some(), "{with}");
        }
        assert_eq!(fault(&as_json(good)), None);
    }
}
