import type { Names } from './core/person.ts'
import type { Content, Form } from './reply.ts'

/** What a renderer needs besides the content: whom it names, and in whose zone and language it is read. */
export interface Reading {
  names: Names
  zone: string
  language: string
}

/** What a platform shows the person who typed or pressed. */
export interface Answer extends Reading {
  content: Content
  /** It takes the place of the private message that was pressed. */
  replaces: boolean
}

/** A form to open instead of an answer. */
export interface Asks {
  form: Form
}

/** A room, place or private conversation of one workspace. */
export interface Target {
  workspace: string
  place: string | null
  account: string | null
}

/** What the jobs ask of a platform. Every call may be repeated without harm; `key` tells a repetition from a new one. */
export interface Platform {
  name: string
  /** A message everyone sees is drawn at most once in this time. */
  drawEveryMs: number
  /** Makes a community's room, or finds the one made before; gives its id there. */
  makeRoom(workspace: string, room: { name: string; title: string; isPrivate: boolean }): Promise<string>
  letIn(workspace: string, room: string, account: string): Promise<void>
  letOut(workspace: string, room: string, account: string): Promise<void>
  /** Says something once. */
  post(target: Target, content: Content, reading: Reading, key: string): Promise<void>
  /** Draws a message everyone sees, anew or in the place of `externalId`; gives its id there. */
  draw(target: Target, content: Content, reading: Reading, key: string, externalId: string | null): Promise<string>
}

/** An effect no repetition can bring about (a missing permission, a deleted channel): shown to staff, holds nobody up. */
export class Stuck extends Error {}
