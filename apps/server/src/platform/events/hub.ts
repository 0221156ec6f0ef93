/** News inside this process, for pages that wait. Nothing is stored: who is not listening misses it. */
export type EventHub = {
  readonly publish: (topic: string, message: unknown) => void
  /** Publishes `message` unless those who listen to the topic lately heard something under the same key. */
  readonly publishOnce: (topic: string, key: string, message: unknown) => void
  /**
   * Who is about to publish a message under a key not known yet: until the returned function is called, what comes without a
   * message (`undefined`) is kept back, so that nobody reads for themselves what they are about to be given.
   */
  readonly hold: (topic: string) => () => void
  /** Returns a function that stops listening. */
  readonly subscribe: (topic: string, fn: (message: unknown) => void) => () => void
  /** Whether anybody listens to this topic. */
  readonly isHeard: (topic: string) => boolean
  /** Whether anybody listens to a topic that starts with `<word>:`. */
  readonly hasTopics: (prefix: `${string}:`) => boolean
}

type Listener = (message: unknown) => void
type Group = {
  readonly listeners: Set<Listener>
  readonly told: string[]
  holders: number
  /** Keys that came while somebody held the topic. */
  kept: string[]
}

/** What a topic remembers of `publishOnce`: the same news come twice within moments. */
const TOLD_MAX = 8

/** @param onError hears of a listener that threw; the other listeners are served all the same. */
export function createEventHub(onError: (error: unknown, topic: string) => void): EventHub {
  const groups = new Map<string, Group>()
  const topicsByPrefix = new Map<string, number>()
  const count = (topic: string, change: 1 | -1) => {
    const prefix = topic.slice(0, topic.indexOf(':') + 1)
    topicsByPrefix.set(prefix, (topicsByPrefix.get(prefix) ?? 0) + change)
  }

  function subscribe(topic: string, fn: Listener): () => void {
    const own: Listener = (message) => fn(message)
    let group = groups.get(topic)
    if (!group) {
      group = { listeners: new Set(), told: [], holders: 0, kept: [] }
      groups.set(topic, group)
      count(topic, 1)
    }
    const { listeners } = group
    listeners.add(own)
    return () => {
      if (!listeners.delete(own) || listeners.size > 0) return
      groups.delete(topic)
      count(topic, -1)
    }
  }

  function publish(topic: string, message: unknown): void {
    // A copy: a listener may leave or join while the news goes round.
    for (const listener of [...(groups.get(topic)?.listeners ?? [])]) {
      try {
        listener(message)
      } catch (error) {
        onError(error, topic)
      }
    }
  }

  function publishOnce(topic: string, key: string, message: unknown): void {
    const group = groups.get(topic)
    if (!group || group.told.includes(key)) return
    if (message === undefined && group.holders > 0) {
      group.kept.push(key)
      return
    }
    group.told.push(key)
    if (group.told.length > TOLD_MAX) group.told.shift()
    publish(topic, message)
  }

  function hold(topic: string): () => void {
    const group = groups.get(topic)
    if (!group) return () => {}
    group.holders += 1
    return () => {
      group.holders -= 1
      if (group.holders > 0) return
      const keys = group.kept
      group.kept = []
      for (const key of keys) publishOnce(topic, key, undefined)
    }
  }

  return {
    publish,
    publishOnce,
    hold,
    subscribe,
    isHeard: (topic) => groups.has(topic),
    hasTopics: (prefix) => (topicsByPrefix.get(prefix) ?? 0) > 0,
  }
}
