/** The handoff packet: what an agent who takes over is told (docs/api/protocol.md). Each part cites entries by `seq`. */

import type { EntryEvent, Lookup } from './events';

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

/**
 * The newest packet that the entries tell of, if a person has been called since the AI served; the one that came with
 * that change of hands is not among them and has to be asked for.
 */
export function packetIn(entries: readonly EntryEvent[]): Packet | null {
  const last = entries.findLast((entry) => packetOf(entry) !== undefined || goesToTheAi(entry));
  return (last && packetOf(last)) ?? null;
}

function packetOf(entry: EntryEvent): Packet | undefined {
  return entry.type === 'system' ? entry.payload.packet : undefined;
}

function goesToTheAi(entry: EntryEvent): boolean {
  return entry.type === 'status_change' && entry.payload.status === 'bot_active';
}
