//! The OpenAPI document: what holds for all of the API, and what is worked out of each handler's own description.
//!
//! It must never say what no handler does: `tests/api/openapi.rs` asks the server for all that is written here.

use super::{login::session::COOKIE, problem::Problem};
use std::collections::BTreeSet;
use utoipa::{
    Modify, Number, OpenApi, ToSchema,
    openapi::{
        Components, ContentBuilder, KnownFormat, Object, OpenApi as Document, Ref, RefOr, Response, ResponseBuilder,
        Schema, SchemaFormat, Type,
        path::{Operation, PathItem},
        schema::{AdditionalProperties, ArrayItems, SchemaType},
        security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
    },
};

/// What handlers call the security scheme.
const SESSION: &str = "session";
/// How OpenAPI's registry of formats calls numbers of 32 bits without a sign.
const UINT32: &str = "uint32";

/// The document without its paths.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "DeREN dashboards",
        description = "What the chain says of a neighbourhood, for pages and programs. Amounts are integers with their unit in \
                       the field's name; REN is a decimal string of its smallest unit. Errors are problem documents (RFC 9457)."
    ),
    servers((url = "/", description = "The server that serves this document")),
    security(()),
    tags(
        (name = "accounts", description = "What belongs to an account, and what it bought and sold; for its holder only"),
        (name = "login", description = "An account proves that it has its key, and gets a session"),
        (name = "markets", description = "Zones, slots, and what any slot's clearing was made of"),
        (name = "settlement", description = "Settlement data that reconciles to the Wh and to the µ€"),
        (name = "sites", description = "What is installed, measured and traded at a site; for its owner and its operator"),
        (name = "status", description = "What chain this is, and how far the rows have come"),
        (name = "stream", description = "What is new, as server-sent events"),
        (name = "zones", description = "What a market's operator calls its zones"),
    ),
    components(schemas(Problem)),
    modifiers(&SessionCookie),
)]
pub(super) struct Description;

/// Says what a session is.
struct SessionCookie;

impl Modify for SessionCookie {
    fn modify(&self, document: &mut Document) {
        let cookie =
            ApiKeyValue::with_description(COOKIE, "What `login` gives to the account that signed its challenge.");
        let scheme = SecurityScheme::ApiKey(ApiKey::Cookie(cookie));
        document.components.get_or_insert_with(Components::default).add_security_scheme(SESSION, scheme);
    }
}

/// Every handler's other answer: handlers describe only what they answer if all is well.
fn problem() -> RefOr<Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    let response = ResponseBuilder::new()
        .description("What is wrong, and what to do")
        .content("application/problem+json", content)
        .build();
    response.into()
}

/// Completes the document of all handlers.
pub(super) fn complete(mut document: Document) -> Document {
    for path in document.paths.paths.values_mut() {
        operations(path).for_each(complete_operation);
    }
    let schemas = document.components.iter_mut().flat_map(|components| components.schemas.values_mut());
    schemas.for_each(name_integers);
    document
}

/// The routes that anyone may read without a session.
pub(super) fn public_reads(document: &Document) -> BTreeSet<String> {
    let anyone = SecurityRequirement::default();
    let is_public = |read: &Operation| read.security.as_ref().is_none_or(|ways| ways.contains(&anyone));
    let paths = document.paths.paths.iter();
    paths.filter(|(_, path)| path.get.as_ref().is_some_and(is_public)).map(|(path, _)| path.clone()).collect()
}

/// The methods that handlers use.
fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, .. } = path;
    [get, put, post, delete].into_iter().flatten()
}

fn complete_operation(operation: &mut Operation) {
    // A handler's function is called by the verb alone; its tag is the noun.
    if let (Some(tag), Some(verb)) = (operation.tags.as_ref().and_then(|tags| tags.first()), &operation.operation_id) {
        operation.operation_id = Some(format!("{tag}_{verb}"));
    }
    operation.responses.responses.entry("default".to_owned()).or_insert_with(problem);
    for response in operation.responses.responses.values_mut() {
        if let (RefOr::T(response), Some(summary)) = (response, &operation.summary)
            && response.description.is_empty()
        {
            response.description.clone_from(summary);
        }
    }
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter {
            parameter.schema.iter_mut().for_each(name_integers);
        }
    }
}

/// utoipa calls each integer of up to 32 bits `int32`, which ends at half of what a slot's number may be.
fn name_integers(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            name_integer(object);
            object.properties.values_mut().for_each(name_integers);
            if let Some(AdditionalProperties::RefOr(values)) = object.additional_properties.as_deref_mut() {
                name_integers(values);
            }
        }
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                name_integers(items);
            }
        }
        Schema::OneOf(any) => any.items.iter_mut().for_each(name_integers),
        Schema::AllOf(all) => all.items.iter_mut().for_each(name_integers),
        Schema::AnyOf(any) => any.items.iter_mut().for_each(name_integers),
        _ => {}
    }
}

fn name_integer(object: &mut Object) {
    let is_integer = match &object.schema_type {
        SchemaType::Type(found) => *found == Type::Integer,
        SchemaType::Array(found) => found.contains(&Type::Integer),
        SchemaType::AnyValue => false,
    };
    let is_int32 = matches!(object.format, Some(SchemaFormat::KnownFormat(KnownFormat::Int32)));
    let has_no_sign = match object.minimum {
        Some(Number::Int(least)) => least == 0,
        Some(Number::UInt(least)) => least == 0,
        Some(Number::Float(least)) => least == 0.0,
        None => false,
    };
    if is_integer && is_int32 && has_no_sign {
        object.format = Some(SchemaFormat::Custom(UINT32.to_owned()));
        object.maximum.get_or_insert(Number::from(u32::MAX));
    }
}
