//! Names of keys: `file:PATH` or, by RFC 7512, `pkcs11:token=…;object=…?module-path=…&pin-source=file:…`. A name holds
//! no secret: what unlocks a key is read from elsewhere, and a PIN written into a name is refused.

use percent_encoding::percent_decode_str;
use std::path::{Path, PathBuf};

/// Where the keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyUri {
    /// In a file of mode 0600.
    File {
        /// The file.
        path: PathBuf,
        /// A file with its passphrase, if it is encrypted and no other place has it.
        passphrase: Option<PathBuf>,
    },
    /// On a PKCS #11 token.
    Token(TokenUri),
}

/// A key on a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenUri {
    /// The token's label.
    pub(super) token: Option<String>,
    /// The token's serial number.
    pub(super) serial: Option<String>,
    /// The label of the key's objects.
    pub(super) object: String,
    /// The library that talks to the token.
    pub(super) module: PathBuf,
    /// A file with the user's PIN.
    pub(super) pin: PathBuf,
}

const EXAMPLE: &str =
    "pkcs11:token=deren;object=gateway?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/deren/pin";

impl KeyUri {
    /// Understands `text`; paths in it are relative to `folder`.
    ///
    /// # Errors
    /// What is wrong and what would be right.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, String> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let query = pairs(query, '&')?;
        if let Some(path) = path.strip_prefix("file:") {
            for (name, _) in &query {
                if name != "passphrase-source" {
                    return Err(format!("`{name}` is not known: a file takes only passphrase-source=file:/…"));
                }
            }
            let passphrase = value(&query, "passphrase-source").map(|source| file_of(&source, folder)).transpose()?;
            return Ok(Self::File { path: path_of(path, folder)?, passphrase });
        }
        let Some(path) = path.strip_prefix("pkcs11:") else {
            return Err(format!("a key is named file:/path or {EXAMPLE}"));
        };
        let path = pairs(path, ';')?;
        for (name, _) in &path {
            match name.as_str() {
                "token" | "serial" | "object" | "type" => {}
                other => return Err(format!("`{other}` is not used here: name the key by token, serial and object")),
            }
        }
        for (name, _) in &query {
            match name.as_str() {
                "module-path" | "pin-source" => {}
                "pin-value" => {
                    return Err("a PIN does not belong into the configuration: write pin-source=file:/…".to_owned());
                }
                other => return Err(format!("`{other}` is not used here: write module-path and pin-source")),
            }
        }
        let need = |pairs: &[(String, String)], name: &str| {
            value(pairs, name).ok_or_else(|| format!("`{name}` is missing: {EXAMPLE}"))
        };
        let (token, serial) = (value(&path, "token"), value(&path, "serial"));
        if token.is_none() && serial.is_none() {
            return Err(format!("`token` is missing: {EXAMPLE}"));
        }
        Ok(Self::Token(TokenUri {
            token,
            serial,
            object: need(&path, "object")?,
            module: folder.join(need(&query, "module-path")?),
            pin: file_of(&need(&query, "pin-source")?, folder)?,
        }))
    }
}

impl std::fmt::Display for KeyUri {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File { path, .. } => write!(f, "file:{}", path.display()),
            Self::Token(uri) => {
                let token = uri.token.as_deref().or(uri.serial.as_deref()).unwrap_or_default();
                write!(f, "pkcs11:token={token};object={}", uri.object)
            }
        }
    }
}

/// `a=1;b=2`, decoded.
fn pairs(text: &str, separator: char) -> Result<Vec<(String, String)>, String> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').ok_or_else(|| format!("`{part}` should be name=value"))?;
        Ok((name.to_owned(), decoded(value)?))
    };
    text.split(separator).filter(|part| !part.is_empty()).map(pair).collect()
}

fn value(pairs: &[(String, String)], name: &str) -> Option<String> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

fn decoded(text: &str) -> Result<String, String> {
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| format!("`{text}` is not UTF-8"))?;
    Ok(decoded.into_owned())
}

fn path_of(text: &str, folder: &Path) -> Result<PathBuf, String> {
    let path = decoded(text.strip_prefix("//").filter(|rest| rest.starts_with('/')).unwrap_or(text))?;
    if path.is_empty() { Err("a file has a path: file:/path".to_owned()) } else { Ok(folder.join(path)) }
}

/// The path in `file:PATH`, or a bare one.
fn file_of(text: &str, folder: &Path) -> Result<PathBuf, String> {
    path_of(text.strip_prefix("file:").unwrap_or(text), folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<KeyUri, String> {
        KeyUri::parse(text, Path::new("/etc/deren"))
    }

    #[test]
    fn files_are_named_by_absolute_or_relative_paths() {
        let file = |path: &str| Ok(KeyUri::File { path: path.into(), passphrase: None });
        assert_eq!(parse("file:/var/key"), file("/var/key"));
        assert_eq!(parse("file:///var/key"), file("/var/key"));
        assert_eq!(parse("file:my%20key"), file("/etc/deren/my key"));
        let sealed = KeyUri::File { path: "/k".into(), passphrase: Some("/run/p".into()) };
        assert_eq!(parse("file:/k?passphrase-source=file:/run/p"), Ok(sealed));
    }

    #[test]
    fn a_key_on_a_token_is_named_as_in_rfc_7512() {
        let token = TokenUri {
            token: Some("My token".into()),
            serial: None,
            object: "gateway".into(),
            module: "/lib/p11.so".into(),
            pin: "/etc/pin".into(),
        };
        let text =
            "pkcs11:token=My%20token;object=gateway;type=private?module-path=/lib/p11.so&pin-source=file:/etc/pin";
        assert_eq!(parse(text), Ok(KeyUri::Token(token)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, named) in [
            ("/var/key", "file:/path"),
            ("file:", "file:/path"),
            ("file:/k?pin-source=file:/p", "passphrase-source"),
            ("pkcs11:object=a?module-path=/m&pin-source=file:/p", "`token`"),
            ("pkcs11:token=a?module-path=/m&pin-source=file:/p", "`object`"),
            ("pkcs11:token=a;object=b?pin-source=file:/p", "`module-path`"),
            ("pkcs11:token=a;object=b?module-path=/m", "`pin-source`"),
            ("pkcs11:token=a;object=b?module-path=/m&pin-value=1234", "does not belong"),
            ("pkcs11:token=a;id=%01;object=b?module-path=/m&pin-source=file:/p", "`id`"),
            ("pkcs11:token", "name=value"),
        ] {
            let said = parse(text).expect_err(text);
            assert!(said.contains(named) && !said.contains("1234"), "{text}: {said}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(file:|pkcs11:)?[ -~é]{0,80}") {
            let _ = parse(&text);
        }
    }
}
