import type { ComponentType } from 'react'

/** The script of a page did not come: the network is gone, or the mall was updated and the old file with it. */
export class PageNotLoaded extends Error {}

/** A page that is fetched when it is first opened. */
export const pageOf = (load: () => Promise<ComponentType>) => async (): Promise<{ Component: ComponentType }> => {
  try {
    return { Component: await load() }
  } catch (error) {
    throw new PageNotLoaded('the page’s script did not come', { cause: error })
  }
}
