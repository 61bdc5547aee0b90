"""Our implementation of every question: the derivation, a short function, its wrong answers."""
