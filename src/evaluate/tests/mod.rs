//! Metrics on a linear network of a few pixels, whose numbers are computed by hand.
//!
//! - `linear_network`: the network, and how it is asked
//! - `by_hand`: every metric; `protocols`: chance, budgets and refusals
//! - `adversaries`: pictures that change the class

mod adversaries;
mod by_hand;
mod linear_network;
mod protocols;
