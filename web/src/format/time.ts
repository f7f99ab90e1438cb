// SPDX-License-Identifier: Apache-2.0
// time.ts -- instants, ages and lengths in words. Instants are shown in this browser's time zone, 24 hours.

import type { Millis } from '../lib/types.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (n: number): string => String(n).padStart(2, '0');

/** "14:03:22" */
export function clockTime(time: Millis): string {
    const d = new Date(time);
    return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** "14:03:22.045" */
export function exactTime(time: Millis): string {
    return `${clockTime(time)}.${String(new Date(time).getMilliseconds()).padStart(3, '0')}`;
}

/** "14:03" */
export function minuteTime(time: Millis): string {
    return clockTime(time).slice(0, 5);
}

/** "3 Jun" */
export function dayName(time: Millis): string {
    const d = new Date(time);
    return `${d.getDate()} ${MONTHS[d.getMonth()]}`;
}

/** "14:03:22" today, "3 Jun 14:03:22" on another day of this year, "3 Jun 2019 14:03:22" in another. */
export function instant(time: Millis, now: Millis): string {
    const d = new Date(time);
    const today = new Date(now);
    if (d.toDateString() === today.toDateString()) return clockTime(time);
    if (d.getFullYear() === today.getFullYear()) return `${dayName(time)} ${clockTime(time)}`;
    return `${dayName(time)} ${d.getFullYear()} ${clockTime(time)}`;
}

/** From one instant to another; the day is said once when it is the same. */
export function span(from: Millis, to: Millis, now: Millis): string {
    const isSameDay = new Date(from).toDateString() === new Date(to).toDateString();
    return `${instant(from, now)} to ${isSameDay ? clockTime(to) : instant(to, now)}`;
}

/** The two largest units: "42 s", "3 min 5 s", "2 h 10 min", "4 d 3 h". */
export function duration(ms: Millis): string {
    const whole = Math.max(0, Math.round(ms / SECOND)) * SECOND;
    const pair = (big: number, bigName: string, small: number, smallName: string): string => {
        const rest = Math.floor((whole % big) / small);
        return `${Math.floor(whole / big)} ${bigName}${rest ? ` ${rest} ${smallName}` : ''}`;
    };
    if (whole < MINUTE) return `${whole / SECOND} s`;
    if (whole < HOUR) return pair(MINUTE, 'min', SECOND, 's');
    if (whole < DAY) return pair(HOUR, 'h', MINUTE, 'min');
    return pair(DAY, 'd', HOUR, 'h');
}

/** How long ago: "now", "12 s ago", "3 min ago", "2 h ago", "5 d ago". */
export function age(time: Millis, now: Millis): string {
    const ms = now - time;
    if (ms < 2 * SECOND) return 'now';
    if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s ago`;
    if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`;
    if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h ago`;
    return `${Math.floor(ms / DAY)} d ago`;
}

/** What is left, as a clock shows it: "9:05", "1:00:00", "0:00". */
export function remaining(ms: Millis): string {
    const whole = Math.max(0, Math.ceil(ms / SECOND));
    const hours = Math.floor(whole / 3600);
    const minutes = Math.floor((whole % 3600) / 60);
    const seconds = two(whole % 60);
    return hours ? `${hours}:${two(minutes)}:${seconds}` : `${minutes}:${seconds}`;
}
