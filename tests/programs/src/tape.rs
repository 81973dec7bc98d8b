//! The bytes of a program, as they are read.

use std::fmt;

/// A program, and how far it has been read.
pub(crate) struct Tape<'a> {
    rest: &'a [u8],
    /// Whether to print each step.
    loud: bool,
}

/// A longer program says nothing that a shorter one does not, but takes its time.
const LONGEST: usize = 600;

impl<'a> Tape<'a> {
    pub(crate) fn new(program: &'a [u8]) -> Self {
        let rest = &program[..program.len().min(LONGEST)];
        Self { rest, loud: std::env::var_os("RINGFENCE_PROGRAM").is_some() }
    }

    /// Reads the next operation, if there is one.
    pub(crate) fn op<T: Copy>(&mut self, ops: &[T]) -> Option<T> {
        if self.rest.is_empty() { None } else { Some(self.choose(ops)) }
    }

    /// Reads one of several.
    pub(crate) fn choose<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Reads a number below `end`, which is 0 once the program is at its end.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let Some((first, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        usize::from(*first) % end
    }

    /// Says what is done.
    #[expect(clippy::print_stdout, reason = "asked for, to see how a failure came about")]
    pub(crate) fn tell(&self, what: &dyn fmt::Debug) {
        if self.loud {
            println!("{what:?}");
        }
    }
}
