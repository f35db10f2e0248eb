//! The phases from the start of a simulator to its end.

/// How far a simulator is from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ServerPhase {
    Serving,
    /// The waits of faults end; requests in progress may finish.
    Ending,
    /// Connections end.
    Over,
}
