import { AsyncLocalStorage } from 'node:async_hooks'
import type { Names } from './core/person.ts'
import type { Mistake } from './core/refusal.ts'
import type { Carrier, RoomMade } from './core/room.ts'
import type { Text } from './core/say.ts'
import type { Content, Form, PlatformEvent, PlatformThread } from './reply.ts'

/**
 * When all requests of an effect are over, however many it takes: what came about later could undo what somebody else did
 * since. Each platform's client gives up on its requests by it; there is none where nobody claimed anything.
 */
export const deadline = new AsyncLocalStorage<AbortSignal>()

/** A request's own signal, which the deadline of its effect ends, too. */
export function untilDeadline(own: AbortSignal | null | undefined): AbortSignal | null {
  const given = deadline.getStore()
  return given && own ? AbortSignal.any([given, own]) : (given ?? own ?? null)
}

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
  /** Nothing was done because of one field, which a form can say at that field. */
  mistake?: Mistake
  /** Nothing was done, for the reason given. */
  refused?: true
  /** Nothing was done, through a fault of ours. */
  failed?: true
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
  /** The role of the room it goes to, to be named once so that those who have it hear of it. */
  calls?: string | undefined
}

/** A room that is wanted: made anew, or mended where `room` is there already. */
export interface RoomWanted {
  name: string
  title: string
  /** Nobody but its members may find it. */
  isPrivate: boolean
  isSensitive: boolean
  /** What staff chose for rooms there; left out, they chose nothing. */
  carrier?: Carrier | undefined
  /** The category of channels they chose. */
  category?: string | undefined
  room: string | null
  /** Its room is full: the carrier that holds more is wanted, and those inside stay where they are. */
  isOutgrown: boolean
  /** When it was first wanted: what is older is none of Kindred's. */
  since: Date
  /** What the room was really called, where that is known. */
  called?: string | undefined
  /** Roles that other rooms of this workspace have: none of them is this one's. */
  roles: string[]
  /** The other rooms of this workspace themselves: none of them is this one. */
  others: string[]
}

/** A room as a platform knows it: what carries it, where there are several ways, and its role, where one opens it. */
export interface RoomRef {
  id: string
  carrier: Carrier | null
  role: string | null
  /** The room it grew out of, in which whoever was inside before still is. */
  outgrown: string | null
  /** It was there before it became a room: whoever is in it stays, since Kindred can't tell whom it let in. */
  adopted?: boolean | undefined
}

/** Whether somebody is in the workspace at all (who is not can be let into nothing there), and then whether in the room. */
export type Presence = 'here' | 'away'

/** What the jobs ask of a platform. Every call may be repeated without harm; `key` tells a repetition from a new one. */
export interface Platform {
  name: string
  /** A message everyone sees is drawn at most once in this time. */
  drawEveryMs: number
  /** How many people a room of a carrier takes before a larger one is wanted; carriers left out hold any number. */
  roomHolds?: Partial<Record<Carrier, number>>
  /** Makes a community's room, or finds the one made before. */
  makeRoom(workspace: string, wanted: RoomWanted): Promise<RoomMade>
  /** Looks what a room is called by now and who may see it; only where a platform tells nobody of that. */
  lookAt?(workspace: string, room: RoomRef, isPrivate: boolean): Promise<RoomMade>
  letIn(workspace: string, room: RoomRef, account: string): Promise<Presence>
  letOut(workspace: string, room: RoomRef, account: string): Promise<void>
  /** Looks whether somebody is still in a workspace and its room; only where a platform tells nobody of who goes. */
  look?(workspace: string, room: RoomRef, account: string): Promise<Presence | 'out'>
  /** Lets many in by one request, where a platform can; whoever it gives no answer for is let in one by one. */
  letAllIn?(workspace: string, room: RoomRef, accounts: string[]): Promise<Map<string, Presence>>
  /** Says something once. Where an earlier attempt may have come about since `tried`, it is looked for first. */
  post(target: Target, content: Content, reading: Reading, key: string, tried: Date | undefined): Promise<void>
  /** Draws a message everyone sees, anew or in the place of `externalId`; gives its id there. */
  draw(
    target: Target,
    content: Content,
    reading: Reading,
    key: string,
    externalId: string | null,
    tried: Date | undefined,
  ): Promise<string>
  /**
   * Shows a meetup among the platform's own events, anew or in the place of `externalId`; gives its id there. Null for one
   * that was never shown and is cancelled, over or begun by now.
   */
  drawEvent?(
    workspace: string,
    event: PlatformEvent,
    externalId: string | null,
    tried: Date | undefined,
  ): Promise<string | null>
  /** Keeps a thread under `message`; gives its id there. */
  drawThread?(
    target: Target & { message: string },
    thread: PlatformThread,
    reading: Reading,
    key: string,
    externalId: string | null,
    tried: Date | undefined,
  ): Promise<string>
}

/** An effect no repetition can bring about (a missing permission, a deleted channel): shown to staff, holds nobody up. */
export class Stuck extends Error {}

/** An effect that waits for somebody: it is tried again every hour, and is never given up. */
export class Later extends Error {}

/** Nobody else fits into a room. */
export class RoomFull extends Stuck {}

/** Nothing can be shown in a place before somebody there lets Kindred in. */
export class NotThere extends Stuck {
  constructor(
    message: string,
    /** How that is done, for whoever wanted it shown. */
    readonly told: Text,
  ) {
    super(message)
  }
}

/** Somebody can't be let in by Kindred, and can ask for it themselves. */
export class NotLetIn extends Stuck {
  constructor(
    message: string,
    /** What they can do, for them alone. */
    readonly told: Text,
    /** Which account of theirs it is. */
    readonly account: string,
  ) {
    super(message)
  }
}

/** A room that may be there still, though nothing can be done in it before somebody mends that by hand. */
export class RoomShut extends Stuck {
  constructor(
    message: string,
    /** What became of it and how it is mended, for staff. */
    readonly how: Text,
    /** Whether it is there still can't be told, or everybody may see who is in it, though nobody was to. */
    readonly state: 'shut' | 'unseen' | 'exposed' = 'shut',
  ) {
    super(message)
  }
}

/** A room that somebody deleted by hand, or the role that opens it. */
export class RoomLost extends Stuck {
  constructor(
    readonly what: 'room' | 'role',
    message: string,
  ) {
    super(message)
  }
}
