//! How a market's energy is divided: a folder for each way. What they share lies beside: the network, the steps, the
//! outcome, and the amounts that follow from any outcome.

pub mod uniform_price;
