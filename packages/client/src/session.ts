/** A session as the servers show it (docs/api/protocol.md). Times are Unix seconds. */

export type Language = 'en' | 'zh';

export type Status = 'bot_active' | 'pending_manual' | 'manual_live' | 'closed';

export type Role = 'user' | 'assistant' | 'agent' | 'system';

export type EscalationReason = 'user_request' | 'keyword' | 'fail_loop' | 'sentiment' | 'vip' | 'manual';

export type Severity = 'low' | 'normal' | 'high';

export interface AgentRef {
  readonly id: string;
  readonly name: string;
}

/** All but `reason` and `at` is for agents only. */
export interface Escalation {
  readonly reason: EscalationReason;
  readonly at: number;
  readonly severity?: Severity;
  readonly detail?: string;
  readonly rule?: string;
  readonly seq?: number;
}

/** `customer` and `preview` are for agents only. */
export interface SessionView {
  readonly session_name: string;
  readonly status: Status;
  readonly language: Language;
  readonly epoch: number;
  readonly last_seq: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly agent: AgentRef | null;
  readonly escalation: Escalation | null;
  readonly customer?: { readonly name: string; readonly email: string };
  readonly preview?: string;
}
