//! The nursery.

mod shapes;
