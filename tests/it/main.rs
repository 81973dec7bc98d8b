//! Behaviour of ringfence, one module per verb or trap.
