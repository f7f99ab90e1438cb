// SPDX-License-Identifier: Apache-2.0
// main.tsx -- starts the page.

import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import { App, askWhoIsHere } from './app.js';
import { startRouter } from './lib/router.js';
import './style/base.css';
import './style/shell.css';
import './style/parts.css';
import './style/charts.css';
import './style/pages.css';
import './style/things.css';

const root = document.getElementById('app');
if (root) {
    startRouter();
    askWhoIsHere();
    render(<App />, root);
}
