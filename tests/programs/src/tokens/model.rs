//! Tokens that are a list of parents and reasons.

/// The number of a token, in the order in which they were made.
pub(super) type Node = usize;

/// A token, whatever handles there are to it.
#[derive(Debug)]
struct Token {
    parent: Option<Node>,
    reason: Option<&'static str>,
}

/// What ought to be.
#[derive(Debug, Default)]
pub(super) struct Model {
    tokens: Vec<Token>,
}

impl Model {
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn add(&mut self, parent: Option<Node>) -> Node {
        let reason = parent.and_then(|parent| self.reason(parent));
        self.tokens.push(Token { parent, reason });
        self.tokens.len() - 1
    }

    /// Cancels a token and all below it; those that have a reason keep it. Returns whether this
    /// one had none.
    pub(super) fn cancel(&mut self, node: Node, reason: &'static str) -> bool {
        if self.reason(node).is_some() {
            return false;
        }
        // Whoever is below a token comes after it.
        for below in node..self.tokens.len() {
            let parent = self.tokens[below].parent;
            let reached = below == node || parent.is_some_and(|p| self.is_in(p, node));
            if reached && self.reason(below).is_none() {
                self.tokens[below].reason = Some(reason);
            }
        }
        true
    }

    /// Whether a token is another, or below it.
    fn is_in(&self, mut node: Node, other: Node) -> bool {
        loop {
            match self.tokens[node].parent {
                _ if node == other => return true,
                None => return false,
                Some(parent) => node = parent,
            }
        }
    }

    pub(super) fn reason(&self, node: Node) -> Option<&'static str> {
        self.tokens[node].reason
    }
}
