/**
 * The `tare` command.
 *
 * @module
 */
export {};
