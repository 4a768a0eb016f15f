"""What somebody who knows Python types first: the error names the word that does it here."""

import re

import pytest

SETUP = """
let X = Matrix<Double>([[1, 2], [3, 4], [5, 6]])
let Y = Matrix<Double>([[1, 2], [3, 4]])
let v: [Double] = [1, 2, 3]
let df = try DataTable(["a": ["x", "y", "x"], "rt": [0.4, 0.5, 0.3]])
let col = try df["rt"]
let ridge = Ridge(alphas: [1, 10], folds: .kFold(2), showsProgress: false)
let fit = try ridge.fit(X, to: X)
"""

GUESSES = {
    # numpy: functions
    "np.mean(X)": "X.mean()", "np.mean(X, axis=0)": "mean(axis: 0)", "np.std(v)": "X.std()",
    "numpy.zeros((3, 4))": ".zeros(3, 4)", "np.ones(3)": ".ones(", "np.eye(3)": ".identity(",
    "np.arange(10)": ".arange(", "np.linspace(0, 1, 5)": ".linspace(", "np.array([1, 2])": "Matrix",
    "np.dot(X, Y)": "X.matmul(Y)", "np.matmul(X, Y)": "X.matmul(Y)", "np.exp(X)": "X.exp()", "np.sqrt(X)": "X.sqrt()",
    "np.log(X)": "X.log()", "np.abs(X)": "X.abs()", "np.corrcoef(v, v)": "correlation(with:", "np.concatenate([X, X])": ".concatenated(",
    "np.vstack([X, X])": ".stacked(", "np.hstack([X, X])": "beside", "np.transpose(X)": "X.T", "np.where(X > 1)": "X[X .> 1]",
    "np.argsort(v)": "argsort()", "np.unique(v)": "unique()", "np.nanmean(X)": "nanmean()", "np.percentile(v, 95)": "quantile(0.95)",
    "np.random.randn(3, 4)": ".normal(", "np.random.default_rng(0)": ".normal(", "np.random.seed(1)": "seed:",
    "np.linalg.inv(Y)": "inverse()", "np.linalg.norm(X)": "norm()", "np.linalg.svd(X)": "svd()", "np.linalg.solve(Y, Y)": "solve(",
    "np.load(\"x.npy\")": "NumPyArray.open", "np.save(\"x.npy\", X)": "NumPyArray.write", "np.isnan(X)": "isNaN()", "np.isinf(X)": "isInfinite()",
    "np.nan": ".nan", "np.pi": ".pi", "np.inf": ".infinity", "np.clip(X, 0, 1)": "clip(", "np.maximum(X, 0)": "maximum(",
    "np.sum(X)": "X.sum()", "np.float32(3)": "Float", "np.polyfit(v, v, 1)": "Matrix", "np.fft.fft(v)": "%%python",
    # numpy: members
    "X.ravel()": "flatten()", "X.reshape(2, 3)": "reshaped(2, 3)", "X.dot(Y)": "X.matmul(Y)", "X.astype(Float.self)": "converted(to:", "X.ndim": "2",
    "X.size": "count", "X.transpose()": "X.T", "X.sum(axis=0)": "axis: ", "X.tolist()": "elements", "X.copy()": "copied by assignment",
    "X.flatten().shape": "count", "v.shape": "count", "v.size": "count", "v.astype(Float.self)": "map(Float.init)", "v.append": "append",
    "X.dtype": "Matrix<Double>", "X.nbytes": "MemoryLayout", "X.squeeze()": "flatten()", "v.reshape(3, 1)": "Matrix", "v.tolist()": "array",
    "X.zscore()": "standardized(", "X.cov()": "correlation()", "X.inv()": "inverse()", "v.len()": "count", "v.length": "count", "v.extend([1])": "append(contentsOf:",
    "len(X)": "rows", "len(df)": "count", "type(X)": "of:", "abs(X)": "X.abs()", "round(X)": "X.round()", "max(X)": "max()",
    # pandas
    "df.head()": "prefix", "df.tail(3)": "suffix", "df.groupby(\"a\")": "grouped(by:)", "df.iloc[0]": "row: ", "df.loc[0]": "filter",
    "try df[\"a\"].value_counts()": "valueCounts", "df.describe()": "described", "df.columns.tolist()": "columnNames", "df.shape": "rowCount",
    "df.index": "rowCount", "df.to_csv(\"x.csv\")": "write(to:", "df.sort_values(\"a\")": "sorted(by:", "df.isnull()": "missingCounts",
    "df.rt": "df[\"rt\"]", "df.rt.mean()": "df[\"rt\"]", "df.mean()": "aggregated", "df.values": "matrix", "df.info()": "columnTypes", "df.sample(3)": "shuffled",
    "df.plot()": "LineChart", "df.corr()": "correlation", "df.T": "%%python", "df.nunique()": "unique", "df.to_json(\"x\")": "write(to:",
    "df.set_index(\"a\")": "no index", "df.query(\"rt > 0.3\")": "filter", "df.pivot_table(index: \"a\")": "pivoted", "df.itertuples()": "rows",
    "col.std()": "standardDeviation", "col.to_numpy()": "values(as:", "col.isin([1])": "filter", "col.str": "mapped", "col.tolist()": "values", "col.value_counts()": "valueCounts",
    "pd.DataFrame([1])": "DataTable(", "pd.concat([df, df])": "concatenating", "pd.merge(df, df)": "joined(", "pd.read_excel(\"x\")": "%%python",
    "pd.to_datetime(df)": "converting(", "pd.isna(df)": "missingCounts", "pd.get_dummies(df)": "%%python", "DataFrame([1])": "DataTable", "Series([1])": "DataTable.Column",
    # scikit-learn, himalaya, scipy
    "RidgeCV(alphas: [1])": "Ridge(", "KernelRidgeCV()": "KernelRidge(", "GroupRidgeCV()": "GroupRidge", "KFold(5)": "Folds.kFold(5", "GridSearchCV(ridge)": "alphas",
    "cross_val_score(ridge, X, X)": "crossValidatedScores", "cross_val_predict(ridge, X)": "heldOutPredictions", "train_test_split(X)": "Folds", "LinearRegression()": "lstsq",
    "r2_score(X, X)": "VoxelScores", "correlation_score(X, X)": "VoxelScores", "make_pipeline(ridge)": "Pipeline(", "StandardScaler().fit_transform(X)": "fit(X).transform(X)",
    "ridge.predict(X)": "fit(", "ridge.coef_": "coefficients", "fit.coef_": "coefficients", "fit.best_alphas_": "fit.bestAlphas", "fit.intercept_": "fit.intercepts", "ridge.fit(X, X)": "to:",
    "ridge.get_params()": "options", "fit.cv_scores_": "fit.searchScores", "pearsonr(v, v)": "correlation(with:", "spearmanr(v, v)": ".spearman", "zscore(X)": "standardized", "ttest_rel(v, v)": "PairedTest.t",
    "ttest_ind(v, v)": "%%python", "wilcoxon(v)": "PairedTest.wilcoxon", "multipletests(v)": "falseDiscoveryRates", "bootstrap(v)": "BootstrapInterval", "stats.zscore(X)": "standardized",
    # nilearn, transformers, matplotlib, h5py
    "nib.load(\"x.nii\")": "NIfTI.open", "nibabel.save(X, \"x.nii\")": "NIfTI.write", "load_img(\"x.nii\")": "NIfTI.open", "NiftiMasker()": "voxelsByTime(mask:", "plot_stat_map(X)": "space.map",
    "AutoModel.from_pretrained(\"bert\")": "FoundationModel.load", "pipeline(\"fill-mask\")": "FoundationModel.load", "get_extractor(\"clip\")": "FoundationModel.load", "torch.load(\"x.pt\")": "PyTorchFile.open",
    "torch.tensor([1])": "Tensor", "h5py.File(\"x.h5\")": "HDF5File.open", "plt.plot(v)": "LineChart", "plt.bar(v, v)": "BarChart", "plt.hist(v)": "Histogram", "plt.imshow(X)": "Heatmap",
    "plt.savefig(\"x.pdf\")": "save(\"", "plt.show()": "shows itself", "sns.heatmap(X)": "Heatmap", "sns.barplot(v)": "BarChart", "os.listdir(\".\")": "FileManager", "time.time()": "ContinuousClock",
    "random.seed(1)": "NumpyRandom", "math.sqrt(2)": "is here sqrt(x)",
}


@pytest.fixture(scope="module")
def prepared(kernel):
    kernel.ok(SETUP, timeout=60)
    return kernel


GROUPS = [list(GUESSES)[first : first + 12] for first in range(0, len(GUESSES), 12)]


@pytest.mark.parametrize("group", range(len(GROUPS)))
def test_a_guess_is_told_the_word(prepared, group):
    """A dozen guesses a cell, each a line of its own: all are found in one compilation."""
    guesses = GROUPS[group]
    traceback = prepared.fails("\n".join(guesses), timeout=60).traceback
    said = {}
    for line, message in re.findall(r"^In\[\d+\]:(\d+):\d+: error: (.*)$", traceback, re.MULTILINE):
        said[int(line)] = said.get(int(line), "") + message + "\n"
    wrong = {code: said.get(number) for number, code in enumerate(guesses, 1) if GUESSES[code] not in said.get(number, "")}
    assert not wrong, wrong
