import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { Link, type LinkProps } from 'react-router'
import css from './button.module.css'
import { classes } from './classes.ts'

type Look = {
  readonly look?: 'primary' | 'plain' | 'soft' | 'quiet' | 'danger'
  readonly size?: 'small' | 'normal' | 'large'
  readonly block?: boolean
}

const classOf = ({ look = 'plain', size = 'normal', block = false }: Look, more?: string) =>
  classes(css.button, css[look], size !== 'normal' && css[size], block && css.block, more)

type ButtonProps = Look &
  ButtonHTMLAttributes<HTMLButtonElement> & { readonly busy?: boolean; readonly children: ReactNode }

/** A button; while `busy` it shows a spinner and does nothing, so that a double click acts once. */
export function Button({
  look,
  size,
  block,
  busy = false,
  className,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={busy ? 'button' : type}
      aria-busy={busy || undefined}
      className={classOf(given({ look, size, block }), className)}
      onClick={busy ? undefined : onClick}
    >
      {busy && <Spinner />}
      {children}
    </button>
  )
}

/** A way to another page that looks like a button. */
export function ButtonLink({ look, size, block, className, ...rest }: Look & LinkProps) {
  return <Link {...rest} className={classOf(given({ look, size, block }), className)} />
}

/** A way out of the mall (a file, the cashier) that looks like a button. */
export function ButtonAnchor({
  look,
  size,
  block,
  className,
  ...rest
}: Look & React.AnchorHTMLAttributes<HTMLAnchorElement>) {
  return <a {...rest} className={classOf(given({ look, size, block }), className)} />
}

export const Spinner = () => <span className={css.spinner} aria-hidden="true" />

/** Leaves out what was not given, so that defaults apply. */
function given(look: { [K in keyof Look]: Look[K] | undefined }): Look {
  return Object.fromEntries(Object.entries(look).filter(([, value]) => value !== undefined))
}
