/// What members of Python's types are called here.
enum PythonMembers {
    /// What a member that a type of the library lacks is here; nil if it is not Python's.
    ///
    /// `receiver` is what precedes the member in the line, and tells whether the member is called.
    static func hint(for name: String, of type: String, receiver: String?, isCalled: Bool) -> String? {
        guard let family = family(of: type) else { return nil }
        if let word = family.members[name] { return "Python's \(name) is here \(word)" }
        if family.isTable, !isCalled { return "A column is \(receiver ?? "table")[\"\(name)\"]" }
        return nil
    }

    /// What a member is here that a table has for itself alone, so that the compiler calls it inaccessible.
    static func hint(forHidden name: String) -> String? {
        table[name].map { "Of a table, Python's \(name) is here \($0)" }
    }

    private static func family(of type: String) -> (members: [String: String], isTable: Bool)? {
        switch type {
        case "DataTable": return (table, true)
        case "DataTable.Column": return (column, false)
        case "[DataTable.Column]": return (columns, false)
        case "DataTable.Groups": return (groups, false)
        case "NIfTI": return (image, false)
        case "FoundationModel", "TextTower", "ImageTower", "FeatureSet": return (features, false)
        case "StandardScaler", "PCA": return (steps, false)
        case "String": return (text, false)
        case _ where type.hasPrefix("Matrix<") || type.hasPrefix("Tensor<"): return (matrix, false)
        case _ where type.hasPrefix("["): return (type.contains(":") ? dictionary : array, false)
        case _ where type.hasSuffix("Ridge") || type == "Pipeline": return (model, false)
        case _ where type.contains("Ridge") || type.hasPrefix("PipelineFit"): return (fit, false)
        default: return nil
        }
    }

    private static let matrix: [String: String] = [
        "ndim": "always 2 of a Matrix, and rank of a Tensor", "size": "count",
        "dtype": "the type: Matrix<Double>",
        "nbytes": "count * MemoryLayout<Double>.size", "ravel": "flatten()", "reshape": "reshaped(2, 3)",
        "transpose": "T: X.T", "dot": "matmul: X.matmul(Y)", "astype": "converted(to: Float.self)",
        "float": "converted(to: Float.self)", "double": "converted(to: Double.self)",
        "tolist": "elements, or row(0)",
        "numpy": "elements", "copy": "not needed: values are copied by assignment",
        "clone": "not needed: values are copied by assignment", "squeeze": "flatten()", "item": "X[0, 0]",
        "cov": "correlation(), or standardized()", "corr": "correlation()", "corrcoef": "correlation()",
        "zscore": "standardized(), or try zScored(runs: runs)",
        "normalize": "normalizedRows(), or standardized()",
        "inv": "try inverse()", "pinv": "try pseudoinverse()", "ptp": "max() - min()",
        "percentile": "try quantile(0.95)",
        "argpartition": "argsort(axis: 0)", "sort": "sorted() of an array: X.column(0).sorted()",
        "fill": "Matrix(rows: 2, columns: 3, repeating: 7)", "nonzero": "X .!= 0, a mask",
        "any": "(X .> 0).any()",
        "all": "(X .> 0).all()", "append": "Matrix.stacked([X, Y])", "iloc": "X[0..<10, 3...]",
        "unsqueeze": ".row(v)",
        "shape": "rows and columns", "head": "rows(0..<5)", "nanpercentile": "try nanquantile(0.95)",
        "power": "pow(2), or X ** 2", "absolute": "abs()", "mm": "matmul: X.matmul(Y)", "conj": "not needed",
        "prod": "elements.reduce(1, *)", "cumprod": "a loop",
        "diff": "X.rows(1..<X.rows) - X.rows(0..<X.rows - 1)",
    ]

    private static let array: [String: String] = [
        "shape": "count", "size": "count", "len": "count", "length": "count", "ndim": "1",
        "dtype": "the type: [Double]", "astype": "map(Float.init)", "tolist": "the array itself",
        "copy": "not needed: values are copied by assignment",
        "reshape": "Matrix(rows: 3, columns: 1, elements: v)", "extend": "append(contentsOf: [1])",
        "T": "Matrix.column(v) or .row(v)", "ravel": "the array itself", "flatten": "flatMap { $0 }",
        "pop": "removeLast()",
        "index": "firstIndex(of: x)", "count_nonzero": "trueCount", "ptp": "max() and min()",
        "percentile": "try quantile(0.95)",
        "clip": "map { min(max($0, 0), 1) }", "round": "map { $0.rounded() }", "abs": "map(abs)",
        "exp": "map(exp)",
        "log": "map(log)", "sqrt": "map(sqrt)", "prod": "reduce(1, *)", "item": "v[0]", "push": "append(x)",
        "add": "append(x), or v .+ w", "nunique": "unique().count",
        "value_counts": "Dictionary(grouping: v) { $0 }.mapValues(\\.count)",
        "join": "joined(separator: \",\")",
        "zscore": "Matrix.column(v).standardized()", "matmul": "dot(w)", "corr": "try correlation(with: w)",
        "cumprod": "a loop", "transpose": "Matrix.column(v) or .row(v)", "where": "v[where: v .> 1]",
        "argwhere": "indices.filter { v[$0] > 1 }",
        "average": "mean()", "head": "prefix(5)", "tail": "suffix(5)", "includes": "contains(x)",
    ]

    private static let dictionary: [String: String] = [
        "items": "the dictionary itself: for (key, value) in counts", "get": "counts[key, default: 0]",
        "update": "merge(other) { $1 }", "pop": "removeValue(forKey: key)", "has_key": "keys.contains(key)",
        "setdefault": "counts[key, default: 0]", "len": "count",
        "copy": "not needed: values are copied by assignment",
    ]

    private static let text: [String: String] = [
        "upper": "uppercased()", "lower": "lowercased()", "strip": "trimmingCharacters(in: .whitespaces)",
        "startswith": "hasPrefix(\"a\")", "endswith": "hasSuffix(\"a\")",
        "replace": "replacing(\"a\", with: \"b\")",
        "find": "firstRange(of: \"a\")", "format": "\"\\(x)\", or String(format: \"%.2f\", x)",
        "join": "a method of the array: names.joined(separator: \",\")", "len": "count", "length": "count",
        "splitlines": "split(separator: \"\\n\")", "title": "capitalized",
        "isdigit": "allSatisfy(\\.isNumber)",
        "encode": "utf8", "zfill": "String(format: \"%03d\", n)",
    ]

    private static let table: [String: String] = [
        "head": "prefix()", "tail": "suffix(3)", "describe": "described()",
        "iloc": "table[row: 3], table[rows: 0..<10] or table[row: 3][\"name\"]",
        "loc": "table.filter { try $0[\"rt\"] > 0.3 } for rows, and table[\"rt\"] for columns",
        "iat": "table[row: 3][\"name\"]", "at": "table[row: 3][\"name\"]",
        "shape": "rowCount and columnCount", "dtypes": "columnTypes", "count": "rowCount",
        "size": "rowCount * columnCount",
        "index": "not there: rows are counted from zero, 0..<table.rowCount",
        "groupby": "grouped(by:): try table.grouped(by: \"s\").aggregated(.mean(\"rt\"))",
        "groupBy": "grouped(by:): try table.grouped(by: \"s\").aggregated(.mean(\"rt\"))",
        "group_by": "grouped(by:): try table.grouped(by: \"s\").aggregated(.mean(\"rt\"))",
        "sort_values": "sorted(by:): try table.sorted(by: \"a\", .descending(\"b\"))",
        "sort_index": "sorted(by:): try table.sorted(by: \"a\")",
        "sort": "sorted(by:): try table.sorted(by: \"a\")",
        "dropna": "droppingMissing(in:)", "fillna": "try fillingMissing(in: \"name\", with: value)",
        "isna": "missingCounts", "isnull": "missingCounts", "notna": "missingCounts",
        "notnull": "missingCounts",
        "drop_duplicates": "droppingDuplicates(by:)", "duplicated": "droppingDuplicates(by:)",
        "value_counts": "valueCounts: try table.valueCounts(\"c\")",
        "nunique": "try table[\"c\"].unique.count",
        "unique": "try table[\"c\"].unique", "merge": "try joined(with: other, on: \"id\", kind: .left)",
        "join": "try joined(with: other, on: \"id\", kind: .left)",
        "concat": "appending, or DataTable.concatenating",
        "append": "try appending(other)", "melt": "melted(keeping:names:values:)",
        "pivot": "pivoted(rows:columns:values:aggregation:)",
        "pivot_table": "pivoted(rows:columns:values:aggregation:)",
        "stack": "melted(keeping:names:values:)", "unstack": "pivoted(rows:columns:values:aggregation:)",
        "drop": "removing(\"name\") for columns, and filter for rows",
        "rename": "renaming([\"old\": \"new\"])", "astype": "try converting(\"name\", to: .string)",
        "assign": "try adding(\"name\") { row in … }", "insert": "try adding(\"name\", array)",
        "apply": "try adding(\"name\") { row in … }, or replacing(\"name\") { (x: Double) in … }",
        "applymap": "try replacing(\"name\") { (x: Double) in … }",
        "map": "try replacing(\"name\") { (x: Double) in … }",
        "query": "try filter { try $0[\"rt\"] > 0.3 }", "where": "try filter { try $0[\"rt\"] > 0.3 }",
        "isin": "try filter { ids.contains(try $0[\"id\"].string) }",
        "to_numpy": "try matrix(\"a\", \"b\")", "values": "try matrix(\"a\", \"b\"), or rows",
        "iterrows": "rows",
        "itertuples": "rows", "to_dict": "dictionaries", "to_csv": "try write(to: \"name.csv\")",
        "to_json": "try write(to: \"name.jsonl\")", "to_excel": "try write(to: \"name.csv\")",
        "to_html": "html", "to_string": "csv", "to_latex": "csv", "writeCSV": "try write(to: \"name.csv\")",
        "read_csv": "DataTable.open(path)",
        "reset_index": "not needed: rows are counted from zero, and have no index besides",
        "set_index":
            "not there: rows have no index; filter, joined and grouped(by:) use the values of columns",
        "info": "columnTypes and missingCounts", "corr": "try matrix(\"a\", \"b\").correlation()",
        "mean": "try table[\"rt\"].mean(), or grouped(by:) and aggregated(.mean(\"rt\"))",
        "median": "try table[\"rt\"].median()", "std": "try table[\"rt\"].standardDeviation()",
        "sum": "try table[\"rt\"].sum()", "min": "try table[\"rt\"].min()", "max": "try table[\"rt\"].max()",
        "agg": "grouped(by:) and aggregated(.mean(\"rt\"))",
        "aggregate": "grouped(by:) and aggregated(.mean(\"rt\"))",
        "sample": "table[rows: Array((0..<table.rowCount).shuffled().prefix(3))]",
        "plot": "LineChart, BarChart, ScatterPlot and Heatmap",
        "hist": "Histogram(try table[\"rt\", as: Double.self])",
        "T": "melted and pivoted; df.T itself %%python has", "transpose": "melted and pivoted",
        "copy": "not needed: values are copied by assignment",
        "nlargest": "try table.sorted(by: .descending(\"rt\")).prefix(5)",
        "nsmallest": "try table.sorted(by: \"rt\").prefix(5)",
        "select": "selecting, or table[[\"a\", \"b\"]]", "with_columns": "adding",
        "explode": "a loop over rows", "shift": "a loop over rows", "empty": "isEmpty", "len": "rowCount",
        "cumsum": "try table[\"rt\", as: Double.self].cumsum()", "rolling": "a loop over rows",
        "axes": "columnNames",
        "tolist": "columnNames, or try table[\"a\", as: Double.self]", "keys": "columnNames",
    ]

    private static let columns: [String: String] = [
        "tolist": "columnNames of the table", "values": "columnNames of the table",
        "str": "columnNames of the table",
        "to_list": "columnNames of the table", "get_loc": "columnNames.firstIndex(of: \"a\")",
        "shape": "columnCount of the table", "size": "columnCount of the table",
    ]

    private static let column: [String: String] = [
        "std": "standardDeviation()", "var": "standardDeviation(), squared", "isna": "isMissing",
        "isnull": "isMissing",
        "notna": "isMissing", "astype": "converted(to: .string)", "map": "mapped { (x: Double) in … }",
        "apply": "mapped { (x: Double) in … }", "nunique": "unique.count",
        "to_numpy": "values(as: Double.self)",
        "to_list": "values(as: Double.self)", "tolist": "values(as: Double.self)",
        "array": "values(as: Double.self)",
        "value_counts": "a method of the table: try table.valueCounts(\"c\")",
        "isin": "a filter of the table: try table.filter { ids.contains(try $0[\"id\"].string) }",
        "str": "mapped { (text: String) in … }", "dt": "mapped { (date: Date) in … }",
        "fillna": "fillingMissing(with: value)", "dropna": "values(as: Double?.self).compactMap { $0 }",
        "sort_values": "try values(as: Double.self).sorted()",
        "head": "try values(as: Double.self).prefix(5)",
        "dtype": "type", "size": "count", "shape": "count", "len": "count",
        "hist": "Histogram(try column.values(as: Double.self))",
        "plot": "LineChart, or Histogram", "corr": "try x.values(as: Double.self).correlation(with: y)",
        "describe": "described() of the table", "iloc": "column[3]", "loc": "column[3]",
        "cumsum": "try values(as: Double.self).cumsum()",
        "abs": "mapped { (x: Double) in abs(x) }", "round": "mapped { (x: Double) in x.rounded() }",
        "replace": "mapped { (x: String) in … }", "idxmax": "try values(as: Double.self).argmax()",
    ]

    private static let groups: [String: String] = [
        "agg": "aggregated(.mean(\"rt\"), .count(\"rt\"))",
        "aggregate": "aggregated(.mean(\"rt\"), .count(\"rt\"))",
        "mean": "aggregated(.mean(\"rt\"))", "median": "aggregated(.median(\"rt\"))",
        "sum": "aggregated(.sum(\"rt\"))",
        "std": "aggregated(.standardDeviation(\"rt\"))", "sem": "aggregated(.standardError(\"rt\"))",
        "min": "aggregated(.min(\"rt\"))", "max": "aggregated(.max(\"rt\"))", "size": "aggregated(.rows)",
        "first": "aggregated(.first(\"rt\"))", "apply": "map { part in … }", "transform": "map { part in … }",
        "filter": "map { part in … }", "groups": "keys and tables", "get_group": "tables",
        "nunique": "aggregated(.distinct(\"rt\"))",
    ]

    private static let model: [String: String] = [
        "predict": "a method of what fit gives: let fit = try model.fit(X, to: Y), try fit.predict(X)",
        "score": "a method of what fit gives: let fit = try model.fit(X, to: Y), try fit.score(X, to: Y)",
        "coef_": "a property of what fit gives: try model.fit(X, to: Y).coefficients",
        "intercept_": "a property of what fit gives: try model.fit(X, to: Y).intercepts",
        "best_alphas_": "a property of what fit gives: try model.fit(X, to: Y).bestAlphas",
        "cv_scores_": "a property of what fit gives: try model.fit(X, to: Y).searchScores",
        "get_params": "options", "set_params": "options", "fit_transform": "fit(X, to: Y)",
        "fit_predict": "heldOutPredictions(X, to: Y, outer: .kFold(5))",
        "cross_val_score": "crossValidatedScores",
        "alpha": "alphas", "cv": "folds", "fit_intercept": "intercept",
        "transform": "a method of steps, such as StandardScaler",
    ]

    private static let fit: [String: String] = [
        "coef_": "coefficients: fit.coefficients, features x voxels", "coef": "coefficients",
        "weights": "coefficients",
        "primal_coef_": "coefficients", "get_primal_coef": "coefficients", "dual_coef_": "dualCoefficients",
        "best_alphas_": "bestAlphas: fit.bestAlphas, one for each voxel", "alpha_": "bestAlphas",
        "alphas_": "alphas",
        "intercept_": "intercepts: fit.intercepts", "intercept": "intercepts",
        "cv_scores_": "searchScores: fit.searchScores; R2 and r are fit.scores",
        "best_score_": "scores: fit.scores", "cv_results_": "searchScores", "deltas_": "scalings",
        "r2": "scores.r2",
        "r": "scores.r", "r2_score": "scores.r2", "X_offset_": "featureMeans",
    ]

    private static let steps: [String: String] = [
        "fit_transform": "two calls: try step.fit(X).transform(X)",
        "transform": "a method of what fit gives: try step.fit(X).transform(X)",
        "components_": "try pca.fit(X).components",
        "explained_variance_ratio_": "try pca.fit(X).varianceShares",
        "mean_": "a property of what fit gives", "scale_": "a property of what fit gives",
        "inverse_transform": "not there",
        "n_components": "size", "with_mean": "centers", "with_std": "scales",
    ]

    private static let image: [String: String] = [
        "get_fdata": "try image.tensor()", "get_data": "try image.tensor()", "dataobj": "try image.tensor()",
        "header": "shape, voxelSizes and repetitionTime", "to_filename": "try image.write(to: \"x.nii.gz\")",
        "save": "try image.write(to: \"x.nii.gz\")",
        "zooms": "voxelSizes", "get_affine": "affine", "load": "NIfTI.open(path)",
    ]

    private static let features: [String: String] = [
        "encode": "features(of: texts), or textEmbeddings(of: texts)",
        "from_pretrained": "load: FoundationModel.load(name)",
        "hidden_states": "features(of: texts, layers: .all)",
        "get_text_features": "textEmbeddings(of: texts)",
        "get_image_features": "imageEmbeddings(of: images)", "encode_text": "textEmbeddings(of: texts)",
        "encode_image": "imageEmbeddings(of: images)",
        "extract_features": "features(of: stimuli, layers: \"layer *\")",
        "show_model": "text.layers or image.layers", "named_modules": "text.layers or image.layers",
        "layers": "text.layers or image.layers",
        "eval": "not needed", "to": "not needed: the processor's cores do the work",
        "cuda": "not needed: the processor's cores do the work",
        "forward": "features(of: stimuli)", "tokenizer": "text.tokenizer", "keys": "names",
        "items": "the set itself: for layer in features",
        "shape": "features[0].matrix.rows and .columns", "numpy": "features[\"layer 3\"].matrix",
    ]
}
