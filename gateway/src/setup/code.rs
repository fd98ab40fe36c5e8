//! The link code that the owner takes to the dashboard, and its QR code. The gateway signs with it that the owner may
//! link it to one site for an hour.

use crate::{health::DeviceHealth, signer::Signer};
use deren_primitives::{LinkCode, LinkedDevice, SiteId};
use qrcode::{Color, EcLevel, QrCode};
use serde::Serialize;
use std::fmt::Write;

/// For how long a code holds, s.
pub const VALID_S: u64 = 3_600;
/// A register shows no smaller step than a Wh counts: energy is settled in whole Wh.
const LEAST_STEP_MWH: u32 = 1_000;
/// The chain takes no coarser one, and this only where the grid operator approved it.
const LARGEST_STEP_MWH: u32 = 1_000_000;
/// Quiet modules around a QR code, as its standard asks.
const QUIET: usize = 4;

/// What is needed to make a code.
pub struct Request<'a> {
    /// Hash of the chain's block 0.
    pub genesis: [u8; 32],
    /// For whom it is.
    pub owner: [u8; 32],
    /// To what the gateway may be linked.
    pub site: u32,
    /// Now, in seconds since 1970.
    pub now_unix_s: u64,
    /// How the owner calls the home.
    pub home_name: &'a str,
    /// The devices as they are set, and what is known of them.
    pub devices: &'a [DeviceHealth],
}

/// Makes and signs a code.
///
/// # Errors
/// What is still missing, for the owner.
pub fn make(request: &Request<'_>, signer: &Signer) -> Result<LinkCode, String> {
    let mut devices = Vec::with_capacity(request.devices.len());
    for health in request.devices {
        let settings = &health.settings;
        let missing = |what: &str| format!("The device “{}” has {what}.", settings.name);
        let device = health
            .device
            .ok_or_else(|| missing("not answered yet: the gateway must know it before it can be registered"))?;
        let rated_power_w = settings
            .rated_power_w
            .ok_or_else(|| missing("no rated power: write rated_power_w into the configuration"))?;
        let step_mwh = health.register_step_mwh.ok_or_else(|| {
            missing("not been read yet: the gateway must see its registers before it can be registered")
        })?;
        let register_step_mwh =
            u32::try_from(step_mwh).unwrap_or(LARGEST_STEP_MWH).clamp(LEAST_STEP_MWH, LARGEST_STEP_MWH);
        devices.push(LinkedDevice { device, role: settings.role, rated_power_w, register_step_mwh });
    }
    if devices.is_empty() {
        return Err("Pick the devices first.".to_owned());
    }
    let too_many = "A code has room for 16 devices and a name of 120 bytes.";
    let (site, expires_unix_s) = (SiteId(request.site), request.now_unix_s.saturating_add(VALID_S));
    let signature = signer.link_code(&request.genesis, &request.owner, site, expires_unix_s);
    Ok(LinkCode {
        genesis: request.genesis,
        gateway: signer.gateway(),
        owner: request.owner,
        site,
        expires_unix_s,
        signature: signature.map_err(|error| error.to_string())?,
        home: request.home_name.as_bytes().to_vec().try_into().map_err(|_| too_many)?,
        devices: devices.try_into().map_err(|_| too_many)?,
    })
}

/// A QR code as one path of an SVG picture, with its quiet zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QrPicture {
    /// Width and height of the picture's view box.
    pub size: usize,
    /// The dark modules, each a square of one.
    pub path: String,
}

/// Draws `text` as a QR code.
///
/// # Errors
/// A text that no QR code holds; no link code is so long.
pub fn draw(text: &str) -> Result<QrPicture, String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).map_err(|error| error.to_string())?;
    let width = code.width();
    let mut path = String::new();
    for (row, modules) in code.to_colors().chunks(width.max(1)).enumerate() {
        for (column, _) in modules.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
            // Writing into a string does not fail.
            let _ = write!(path, "M{} {}h1v1h-1z", column + QUIET, row + QUIET);
        }
    }
    Ok(QrPicture { size: width + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::KeyUri;
    use crate::settings::DeviceSettings;
    use deren_primitives::{DeviceId, DeviceRole};
    use std::{path::Path, time::Duration};

    fn open(folder: &Path) -> Signer {
        let key = KeyUri::parse("file:gateway.key", folder).expect("a name");
        Signer::open(&key, folder).expect("made")
    }

    fn device(uri: &str, known: bool) -> DeviceHealth {
        let settings = DeviceSettings {
            name: "roof".into(),
            uri: uri.parse().expect("a URI"),
            role: DeviceRole::Production,
            rated_power_w: Some(6_400),
            sample_interval: Duration::from_secs(10),
        };
        let device = known.then_some(DeviceId([5; 32]));
        DeviceHealth { device, register_step_mwh: Some(0), ..DeviceHealth::unknown(settings) }
    }

    fn code_of(devices: &[DeviceHealth], signer: &Signer) -> Result<LinkCode, String> {
        let (genesis, owner) = ([1; 32], [2; 32]);
        make(&Request { genesis, owner, site: 7, now_unix_s: 1_000, home_name: "Mühle", devices }, signer)
    }

    #[test]
    fn a_code_is_signed_whole_and_small_enough_for_a_qr_code() {
        let folder = tempfile::tempdir().expect("a folder");
        let signer = open(folder.path());
        let code = code_of(&[device("sunspec+tcp://127.0.0.1:502", true)], &signer).expect("all is there");
        assert!(code.is_signed_by(&signer.public_key()));
        assert_eq!((code.expires_unix_s, code.home_name().as_deref()), (4_600, Some("Mühle")));
        assert_eq!(LinkCode::from_text(&code.to_text()), Ok(code.clone()));
        let picture = draw(&format!("https://dashboard.example.org/link#code={}", code.to_text())).expect("fits");
        assert!(picture.size < 100 && picture.path.starts_with("M4 4h1v1h-1z"), "{}", picture.size);
        assert!(draw(&"x".repeat(4_000)).is_err());
    }

    #[test]
    fn it_says_what_is_missing() {
        let folder = tempfile::tempdir().expect("a folder");
        let signer = open(folder.path());
        assert!(code_of(&[], &signer).expect_err("none").contains("Pick the devices"));
        let away = code_of(&[device("sunspec+tcp://127.0.0.1:502", false)], &signer).expect_err("away");
        assert!(away.contains("“roof” has not answered"), "{away}");
        let mut unrated = device("sunspec+tcp://127.0.0.1:502", true);
        unrated.settings.rated_power_w = None;
        assert!(code_of(&[unrated], &signer).expect_err("unrated").contains("rated_power_w"));
        let mut unread = device("sunspec+tcp://127.0.0.1:502", true);
        unread.register_step_mwh = None;
        assert!(code_of(&[unread], &signer).expect_err("unread").contains("“roof” has not been read yet"));
    }

    #[test]
    fn register_steps_are_whole_wh_and_what_the_chain_takes() {
        let folder = tempfile::tempdir().expect("a folder");
        let signer = open(folder.path());
        for (shown, said) in [(0, 1_000), (1, 1_000), (10_000, 10_000), (u64::MAX, 1_000_000)] {
            let mut device = device("sunspec+tcp://127.0.0.1:502", true);
            device.register_step_mwh = Some(shown);
            let code = code_of(&[device], &signer).expect("all is there");
            assert_eq!(code.devices[0].register_step_mwh, said, "{shown}");
        }
    }
}
