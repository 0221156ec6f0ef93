export { createEventHub, type EventHub } from './hub.ts'
export { browseParked, type ParkedEvent, rerunParked } from './parked.ts'
export { type EventRunner, runEvents, type StoredEvent, type Subscriber } from './runner.ts'
export { type EventNews, followEvents, tellNews, topicOf } from './tail.ts'
