/**
 * Rows of Parquet files.
 *
 * @module
 */
export {};
