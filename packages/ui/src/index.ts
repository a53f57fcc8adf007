/** What both screens show alike. An app's style sheet imports `@baton/ui/theme.css`, which also makes Tailwind look here. */

export { formatDay, formatMoment, formatTime } from './dates';
export { type Dictionaries, type Dictionary, createTranslator, type Translator } from './i18n';
export { bubbleLabels, cardLabels, sharedStrings, type SharedKey, sourceLabels } from './strings';
export { Citations, type CitationsProps } from './Citations';
export { type BubbleLabels, type BubbleMark, MessageBubble, type MessageBubbleProps } from './MessageBubble';
export { MessageContent, type MessageContentProps } from './MessageContent';
export { type CardLabels, ProductCard, type ProductCardProps } from './ProductCard';
export { languageOf, pageOf, type SourceEntry, sourcePath } from './sources';
export { type SourceLabels, SourceText, SourceView, type SourceViewProps } from './SourceView';
export { SystemLine, type SystemLineProps } from './SystemLine';
export { TypingDots, type TypingDotsProps } from './TypingDots';
