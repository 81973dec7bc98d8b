//! Who a child is: its place, its name.

use alloc::borrow::Cow;
use core::fmt;

/// The name of a child, a verb or a scope.
///
/// # Examples
///
/// ```
/// use ringfence_core::Name;
///
/// let names: [Name; 2] = ["mirror".into(), format!("mirror {}", 2).into()];
/// assert_eq!(names[1], "mirror 2");
/// ```
pub type Name = Cow<'static, str>;

/// The place of a child among its siblings.
///
/// Children are counted from 0 as they are given or spawned. The body of a scope is a child too,
/// and has a place of its own.
///
/// # Examples
///
/// ```
/// use ringfence_core::ChildId;
///
/// assert_eq!(ChildId::new(3).to_string(), "child 3");
/// assert_eq!(ChildId::new(3).index(), 3);
/// assert!(ChildId::BODY.is_body());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChildId(u64);

impl ChildId {
    /// The body of a scope.
    pub const BODY: Self = Self(u64::MAX);

    /// Names the child that was given or spawned after `index` others.
    pub const fn new(index: u64) -> Self {
        Self(index)
    }

    /// Returns how many children were given or spawned before; `u64::MAX` for the body.
    pub const fn index(self) -> u64 {
        self.0
    }

    /// Returns whether this is the body of a scope.
    pub const fn is_body(self) -> bool {
        self.0 == Self::BODY.0
    }
}

impl fmt::Display for ChildId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_body() { f.write_str("body") } else { write!(f, "child {}", self.0) }
    }
}

/// A child as it is shown to people: its place, and its name if it has one.
///
/// # Examples
///
/// ```
/// use ringfence_core::{ChildId, Label};
///
/// let label = Label { child: ChildId::new(2), name: Some("mirror".into()) };
/// assert_eq!(label.to_string(), "child 2 (mirror)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// The place.
    pub child: ChildId,
    /// The name, if one was given.
    pub name: Option<Name>,
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{} ({name})", self.child),
            None => self.child.fmt(f),
        }
    }
}
