//! Having the runtimes detected without a call.
//!
//! The core knows no runtime, and much of what asks for one lives there and never passes through
//! this crate. So the detectors must be known before any code of the program can ask.

ctor::declarative::ctor! {
    /// Registers the detectors of the features that are on.
    ///
    /// It runs before `main`, or when a dynamic library is loaded.
    // `unsafe` says that this may run so early: `install` links a `static` into a list by an
    // uncontended `OnceLock`, and needs no allocator, no thread-local and no other thread.
    #[ctor(unsafe)]
    fn install_detectors() {
        #[cfg(feature = "async-std")]
        ringfence_async_std::AsyncStd::install();
        #[cfg(feature = "tokio")]
        ringfence_tokio::Tokio::install();
    }
}
