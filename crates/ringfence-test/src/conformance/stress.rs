//! Random children, dropped at random moments.
use super::{Host, patience::Pulse};
pub(super) fn stress(_host: impl Host, _pulse: &Pulse) {}
