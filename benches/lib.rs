//! ringfence beside the other libraries.
