//! Stories of whole neighbourhoods, each with processes of its own. They mostly wait, so they are one program, whose
//! tests run side by side. The programs that they start must have been built: `make test` does.

mod adversaries;
mod four_validators;
mod in_the_browser;
mod killed_again_and_again;
mod killed_in_the_middle;
mod plugs_in;
mod seen_as_it_is;
mod signs_twice;
mod stops_everything;
mod support;
mod trades_and_settles;
mod unplugged_meter;
mod wallets_sign;
