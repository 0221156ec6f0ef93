import { Checkbox } from 'antd'
import type { ComponentProps } from 'react'

type Props = ComponentProps<typeof Checkbox.Group> & { readonly 'aria-required'?: unknown }

/** Several of these, in a form. A group cannot be `aria-required`: that one is wanted say its label and its error. */
export function CheckGroup({ 'aria-required': _, ...props }: Props) {
  return <Checkbox.Group {...props} />
}
