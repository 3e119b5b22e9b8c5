import { describeUpstreamFaults } from './upstream';

describeUpstreamFaults('faults that only a read can tell of', true);
