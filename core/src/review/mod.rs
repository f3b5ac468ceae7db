//! What is wrong and what is due: rules over an estate, their outcomes, and the recommendations that follow.
