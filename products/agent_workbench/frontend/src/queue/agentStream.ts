import {
  connectStream,
  type BatonEvent,
  type ConnectionState,
  type QueueEvent,
  type SnapshotEvent,
  type TransferRequestEvent,
} from '@baton/client';
import type { QueueStore } from './queueStore';

interface Listener {
  fetch: typeof fetch;
  queue: QueueStore;
  onTransfer: (event: TransferRequestEvent) => void;
  onState: (state: ConnectionState) => void;
}

/** Follows what concerns this agent. Every event is a whole summary, so none needs the one before it. */
export function followAgentStream({ fetch, queue, onTransfer, onState }: Listener) {
  const handlers: { [Type in BatonEvent['type']]?: (event: Extract<BatonEvent, { type: Type }>) => void } = {
    snapshot: (event: SnapshotEvent) => queue.snapshot(event.payload.sessions),
    queue: (event: QueueEvent) => queue.merge([event.payload.session]),
    transfer_request: (event: TransferRequestEvent) => {
      queue.merge([event.payload.session]);
      onTransfer(event);
    },
  };
  return connectStream({
    url: '/api/events',
    fetch,
    onState,
    onEvent: (event) => {
      // The table pairs each type with its own handler, which the type checker cannot follow through a lookup.
      const handle = handlers[event.type] as ((event: BatonEvent) => void) | undefined;
      handle?.(event);
    },
  });
}
