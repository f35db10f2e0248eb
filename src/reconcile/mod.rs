//! The room `reconcile`.
