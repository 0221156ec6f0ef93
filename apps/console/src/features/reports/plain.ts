import type { ListColumn } from '../../shared/templates/ListPage.tsx'

/** Columns of a list as the bare table takes them. */
export const plainColumns = <R>(columns: readonly ListColumn<R>[]) =>
  columns.map(({ key, title, width, align, render }) => ({
    key,
    title,
    ...(width ? { width } : {}),
    ...(align ? { align } : {}),
    render: (_value: unknown, row: R) => render(row),
  }))
