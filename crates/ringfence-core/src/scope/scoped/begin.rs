//! The first poll of a scope: under which token it is, and who looks on.

use super::Scoped;
use crate::scope::mode::Mode;
#[cfg(feature = "std")]
use crate::{
    cancel,
    observe::{ObservedChild, ObservedScope},
};
use core::pin::Pin;

impl<B, T, E, M: Mode> Scoped<'_, B, T, E, M> {
    /// Begins under the token in force, and tells who observes the scope or the child around it.
    #[cfg(feature = "std")]
    pub(super) fn begin(mut self: Pin<&mut Self>) {
        let parent = cancel::in_force();
        if parent.is_some() || self.said.is_some() {
            self.as_mut().begin_under(parent);
        }
        self.door.gate.begin();
    }

    /// Begins under no token, since none is in force without threads to keep one.
    #[cfg(not(feature = "std"))]
    pub(super) fn begin(self: Pin<&mut Self>) {
        self.door.gate.begin();
    }

    #[cfg(feature = "std")]
    #[inline(never)]
    fn begin_under(self: Pin<&mut Self>, parent: Option<cancel::InForce>) {
        let around = parent.and_then(|parent| {
            let around = parent.observed();
            self.door.gate.put_under(&parent.token());
            around
        });
        self.begin_watch(around);
    }

    /// Begins the record of the scope, if there is anybody to keep it for.
    #[cfg(feature = "std")]
    fn begin_watch(self: Pin<&mut Self>, around: Option<ObservedChild>) {
        let this = self.project();
        let said = this.said.as_mut();
        let name = said.as_ref().and_then(|said| said.name.clone());
        let observers = said.map(|said| core::mem::take(&mut said.observers)).unwrap_or_default();
        let location = this.door.gate.location();
        let Some(scope) = ObservedScope::open(name, location, around, observers) else { return };
        this.door.gate.set_observed(scope.clone());
        this.nest.watch().begin(scope);
    }
}
