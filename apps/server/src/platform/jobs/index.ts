export { browseJobs, discardJob, type JobRow, type JobState, jobCounts, rerunJob } from './desk.ts'
export { createRhythm } from './rhythm.ts'
export { type Job, type JobRunner, type RunJobsOptions, runJobs, type Task } from './runner.ts'
export type { Schedule } from './schedules.ts'
