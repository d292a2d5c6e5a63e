import { LabIcon } from '@jupyterlab/ui-components';

const PANEL = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="currentColor">
    <rect x="1" y="2" width="2" height="12" rx="0.6"/>
    <path d="M5 2h9.2c.4 0 .8.4.8.8v10.4c0 .4-.4.8-.8.8H5v-1.4h8.6V3.4H5z"/>
    <path d="M5.6 5.2 8.6 8l-3 2.8-.9-1L6.6 8 4.7 6.200z"/>
    <rect x="8.8" y="9.800" width="3.400" height="1.300"/>
  </g>
</svg>`;

export const panelIcon = new LabIcon({ name: 'codeact-jupyter:panel', svgstr: PANEL });
