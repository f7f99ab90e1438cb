// SPDX-License-Identifier: Apache-2.0
// own.ts -- a member of an object whose names come from outside: "constructor" is a name like any other.

export function own<T>(members: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
    return members && Object.hasOwn(members, name) ? members[name] : undefined;
}
