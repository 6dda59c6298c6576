/**
 * The preference world: a small world of household help in which the truth is known.
 *
 * @module
 */
export {};
