//! How far a simulator is from its end.

/// How far a simulator is from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ServerPhase {
    Serving,
    /// Waits of faults end; answers under way may finish.
    Ending,
    /// Connections end.
    Over,
}
