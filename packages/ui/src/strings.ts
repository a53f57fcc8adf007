import type { BubbleLabels } from './MessageBubble';
import type { CardLabels } from './ProductCard';
import type { Dictionaries, Translator } from './i18n';
import type { SourceLabels } from './SourceView';

/** The words of the shared components; an app spreads them into its own dictionaries. */
const en = {
  'role.user': 'Customer',
  'role.assistant': 'Assistant',
  'role.agent': 'Agent',
  'message.sending': 'Sending…',
  'message.failed': 'Not sent',
  'message.interrupted': 'Interrupted',
  'message.retry': 'Try again',
  'message.discard': 'Discard',
  'message.sources': 'Sources',
  'message.source': 'Source',
  'source.loading': 'Loading…',
  'source.gone': 'This text is no longer there: the shop has changed it since.',
  'source.failed': 'The text cannot be shown right now.',
  'source.close': 'Close',
  'message.opensElsewhere': 'opens in a new tab',
  'card.quantity': 'Qty {quantity}',
  'card.carrier': 'Carrier',
  'card.trackingNumber': 'Tracking number',
  'card.track': 'Track parcel',
  'typing.assistant': 'The assistant is writing',
  'typing.user': 'The customer is writing',
  'typing.agent': '{name} is writing',
  'status.bot_active': 'Assistant',
  'status.pending_manual': 'Waiting for a person',
  'status.manual_live': 'With a person',
  'status.closed': 'Closed',
} as const;

export type SharedKey = keyof typeof en;

const zh: Readonly<Record<SharedKey, string>> = {
  'role.user': '顾客',
  'role.assistant': '智能助手',
  'role.agent': '人工客服',
  'message.sending': '发送中…',
  'message.failed': '未发送',
  'message.interrupted': '已中断',
  'message.retry': '重试',
  'message.discard': '删除',
  'message.sources': '参考资料',
  'message.source': '参考资料',
  'source.loading': '加载中…',
  'source.gone': '这段内容已不存在：商家后来做了修改。',
  'source.failed': '暂时无法显示这段内容。',
  'source.close': '关闭',
  'message.opensElsewhere': '在新标签页中打开',
  'card.quantity': '数量 {quantity}',
  'card.carrier': '承运商',
  'card.trackingNumber': '运单号',
  'card.track': '查看物流',
  'typing.assistant': '智能助手正在输入',
  'typing.user': '顾客正在输入',
  'typing.agent': '{name} 正在输入',
  'status.bot_active': '智能助手',
  'status.pending_manual': '等待人工',
  'status.manual_live': '人工服务中',
  'status.closed': '已结束',
};

export const sharedStrings: Dictionaries<SharedKey> = { en, zh };

export function cardLabels(t: Translator<SharedKey>): CardLabels {
  return {
    quantity: (quantity) => t('card.quantity', { quantity }),
    carrier: t('card.carrier'),
    trackingNumber: t('card.trackingNumber'),
    track: t('card.track'),
    opensElsewhere: t('message.opensElsewhere'),
  };
}

export function bubbleLabels(t: Translator<SharedKey>): BubbleLabels {
  return {
    sending: t('message.sending'),
    failed: t('message.failed'),
    interrupted: t('message.interrupted'),
    retry: t('message.retry'),
    discard: t('message.discard'),
    sources: t('message.sources'),
    card: cardLabels(t),
  };
}

export function sourceLabels(t: Translator<SharedKey>): SourceLabels {
  return {
    loading: t('source.loading'),
    gone: t('source.gone'),
    failed: t('source.failed'),
    retry: t('message.retry'),
  };
}
