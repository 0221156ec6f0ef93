/** News inside this process, for pages that wait. Nothing is stored: who is not listening misses it. */
export type EventHub = {
  readonly publish: (topic: string, message: unknown) => void
  /** Returns a function that stops listening. */
  readonly subscribe: (topic: string, fn: (message: unknown) => void) => () => void
  /** Whether anybody listens to a topic that starts with `<word>:`. */
  readonly hasTopics: (prefix: `${string}:`) => boolean
}

type Listener = (message: unknown) => void

/** @param onError hears of a listener that threw; the other listeners are served all the same. */
export function createEventHub(onError: (error: unknown, topic: string) => void): EventHub {
  const listeners = new Map<string, Set<Listener>>()
  const topicsByPrefix = new Map<string, number>()
  const count = (topic: string, change: 1 | -1) => {
    const prefix = topic.slice(0, topic.indexOf(':') + 1)
    topicsByPrefix.set(prefix, (topicsByPrefix.get(prefix) ?? 0) + change)
  }

  function subscribe(topic: string, fn: Listener): () => void {
    const own: Listener = (message) => fn(message)
    const group = listeners.get(topic) ?? new Set()
    if (group.size === 0) {
      listeners.set(topic, group)
      count(topic, 1)
    }
    group.add(own)
    return () => {
      if (!group.delete(own) || group.size > 0) return
      listeners.delete(topic)
      count(topic, -1)
    }
  }

  function publish(topic: string, message: unknown): void {
    // A copy: a listener may leave or join while the news goes round.
    for (const listener of [...(listeners.get(topic) ?? [])]) {
      try {
        listener(message)
      } catch (error) {
        onError(error, topic)
      }
    }
  }

  return { publish, subscribe, hasTopics: (prefix) => (topicsByPrefix.get(prefix) ?? 0) > 0 }
}
