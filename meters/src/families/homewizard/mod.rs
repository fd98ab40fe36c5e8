//! HomeWizard's energy devices, by their local API.

mod source;
pub(crate) mod uri;

pub use source::HomeWizardSource;
pub(crate) use source::TEMPLATE;
