// The one channel that a job may name for its orders.

/** A channel to find by its label, or to make: a sales channel that neither pulls nor pushes orders. */
export interface JobChannel {
  readonly label: string;
  /** A name, compared exactly, or an id. Luminous needs one to make the channel. */
  readonly warehouseGroup?: string | number;
  readonly description?: string;
  /** The API takes ids, and no endpoint is known that gives the id of a tag's name (facts §4.9). */
  readonly tagIds?: readonly number[];
}
