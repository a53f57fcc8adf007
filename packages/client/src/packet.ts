/** The handoff packet: what an agent who takes over is told (docs/api/protocol.md). Each part cites entries by `seq`. */

import type { Lookup } from './events';

export interface Packet {
  /** Of the change of hands that it was made for. */
  readonly epoch: number;
  readonly summary: PacketSummary;
  readonly tried: readonly PacketAttempt[];
  readonly facts: readonly PacketFact[];
}

export interface PacketSummary {
  readonly text: string;
  readonly seqs: readonly number[];
  /** `rules`: the customer's own words; else the engine that wrote it. */
  readonly by: string;
}

export interface PacketAttempt {
  readonly kind: 'answer' | 'no_answer' | 'lookup' | 'interrupted';
  readonly text: string;
  readonly seq: number;
  readonly sources: readonly string[];
  /** Of a lookup. */
  readonly tool?: Lookup | null;
}

export interface PacketFact {
  readonly kind: 'order' | 'email' | 'product' | 'language' | 'sentiment' | 'failures';
  readonly value: string;
  readonly seqs: readonly number[];
}
