"""Reference answers for Tests/Library/Encoding: tests of paired differences, false discovery rate, noise ceiling.

Run:  python -W ignore Tests/Oracles/encoding_statistics.py
With: numpy 2.4.6, scipy 1.17.1, statsmodels 0.15.0, scikit-learn 1.9.1, himalaya 0.4.11.
Writes Tests/Library/Encoding/Fixtures/statistics.json; all seeds are fixed.
"""

import numpy as np
from encoding_ridge import listed, rounded, write
from scipy import stats
from statsmodels.stats.multitest import multipletests


def explainable_variance(data, bias_correction):
    """What voxelwise_tutorials' function of this name computes from (repeats, samples, voxels) without z-scores."""
    residual = data - data.mean(0)
    ev = 1 - residual.var(axis=1).mean(0) / data.var(axis=1).mean(0)
    return ev - (1 - ev) / (len(data) - 1) if bias_correction else ev


def main():
    rng = np.random.default_rng(9)
    samples = [rounded(rng.standard_normal(n) + shift) for n, shift in ((8, 0.5), (8, 2.0), (3, 0.1), (30, 0.2), (60, 0.2))]
    samples.append(np.array([1.0, 2, 2, -1, 3, 0, 4, -2, 5]))  # ties and a zero
    t = [stats.ttest_1samp(x, 0) for x in samples]
    intervals = [result.confidence_interval(0.95) for result in t]
    wilcoxon = [stats.wilcoxon(x) for x in samples]
    p = rng.random(20) ** 3
    data = rounded(rng.standard_normal((4, 30, 5)) + 2 * rng.standard_normal((1, 30, 5)) * np.arange(5))
    Y = rounded(rng.standard_normal((12, 30)))
    P = rounded(Y + 3.5 * rng.standard_normal(Y.shape))
    r = np.corrcoef(Y, P)[:12, 12:]
    pairs = [(i, j) for i in range(12) for j in range(i)]
    write("statistics", dict(
        samples=[listed(x) for x in samples], t=listed([x.statistic for x in t]), tP=listed([x.pvalue for x in t]),
        low=listed([i.low for i in intervals]), high=listed([i.high for i in intervals]),
        rankSum=listed([w.statistic for w in wilcoxon]), rankP=listed([w.pvalue for w in wilcoxon]),
        p=listed(p), q=listed(multipletests(p, method="fdr_bh")[1]),
        repeats=listed(data), explainable=listed(explainable_variance(data, False)),
        corrected=listed(explainable_variance(data, True)), patterns=listed(Y), predictions=listed(P),
        identification=float(np.mean(r.argmax(1) == np.arange(12))),
        twoVersusTwo=float(np.mean([r[i, i] + r[j, j] > r[i, j] + r[j, i] for i, j in pairs]))))


if __name__ == "__main__":
    main()
