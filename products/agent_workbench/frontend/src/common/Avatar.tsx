import { initials } from './format'

const TINTS = [
  'bg-[#dcefe9] text-[#0b4f46]',
  'bg-[#e6e4f7] text-[#3f3592]',
  'bg-[#fbe6d3] text-[#7d3c00]',
  'bg-[#dceaf7] text-[#11487a]',
  'bg-[#f8dfe6] text-[#852343]',
  'bg-[#e8ecd6] text-[#48540f]',
]

const SIZES = { small: 'size-6 text-[10px]', medium: 'size-8 text-[11px]', large: 'size-9 text-xs' };

interface Props {
  name: string;
  seed: string;
  size?: keyof typeof SIZES;
}

/** The initials of a name on a tint that `seed` always gets again. */
export function Avatar({ name, seed, size = 'large' }: Props) {
  let sum = 0
  for (const character of seed) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973
  return (
    <span
      aria-hidden="true"
      className={`inline-flex shrink-0 items-center justify-center rounded-full font-semibold select-none ${TINTS[sum % TINTS.length]} ${SIZES[size]}`}
    >
      {initials(name)}
    </span>
  )
}
