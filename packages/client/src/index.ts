export { type Api, type ApiOptions, type CallOptions, createApi, type HeadersSource } from './api';
export type { BackoffOptions } from './backoff';
export { type ConnectionState, connectStream, type StreamConnection, type StreamOptions } from './connect';
export {
  type Conversation,
  type ConversationOptions,
  type ConversationSnapshot,
  createConversation,
} from './conversation';
export type * from './events';
export * from './packet';
export { isEntry, isMessage, parseEvent } from './events';
export { isTransient, NetworkError, ProblemError, problemOf } from './problem';
export { type Card, parseProductMessage, safeUrl, type Segment, withoutUnfinishedCard } from './products';
export { prependPage, reduce } from './reduce';
export type * from './session';
export { type ConversationState, type Draft, EMPTY_CONVERSATION, type PendingMessage, type Typist } from './state';
export { agentTransport, customerTransport, type Sent, type Transport } from './transport';
export { onceMore, typed } from './typed';
export { type VisibleItem, visibleItems } from './visible';
