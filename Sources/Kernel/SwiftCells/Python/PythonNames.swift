/// What somebody who comes from Python looks for, and what it is called here.
///
/// `Documentation/Gyrus.docc/ComingFromPython.md` is the longer table.
enum PythonNames {
    /// What replaces a module that a cell imports.
    static func hint(forModule path: String) -> String? {
        let root = path.split(separator: ".").first.map(String.init) ?? path
        return modules[root].map { "nothing is to be imported: \($0)" }
    }

    /// Modules of Python by their name and by the name that everybody gives them.
    static let modules: [String: String] = {
        let calculating =
            "Matrix and Tensor calculate (X + Y, 2 * X, X - .row(means)), and arrays with .+ and .*"
        let tables = "DataTable.open(path) reads a table"
        let drawing =
            "a value at the end of a cell shows itself; BarChart, LineChart, ScatterPlot and Heatmap draw"
        let fitting = "Ridge, KernelRidge and BandedRidge are models; Folds says how they are validated"
        let tests = "PairedTest, PermutationTest and BootstrapInterval test; p.falseDiscoveryRates() corrects"
        let images =
            "NIfTI.open(path) reads images of the brain; VoxelSpace and RegionScores show results in it"
        let files = "HDF5File.open(path) reads HDF5"
        let models =
            "FoundationModel.load(name) loads a model, and model.features(of:layers:) takes its features"
        return [
            "np": calculating, "numpy": calculating, "jnp": calculating, "jax": calculating,
            "cupy": calculating,
            "pd": tables, "pandas": tables, "pl": tables, "polars": tables,
            "plt": drawing, "matplotlib": drawing, "sns": drawing, "seaborn": drawing, "px": drawing,
            "plotly": drawing, "sklearn": fitting, "himalaya": fitting, "sp": tests, "scipy": tests,
            "stats": tests,
            "statsmodels": tests, "sm": tests, "pingouin": tests, "nib": images, "nibabel": images,
            "nilearn": images, "plotting": images, "h5py": files, "torch": models, "transformers": models,
            "thingsvision": models, "timm": models, "open_clip": models, "torchvision": models,
            "sentence_transformers": models, "tensorflow": models, "tf": models,
            "os": "Foundation's FileManager and URL handle files, and %cd, %env and !command are magics",
            "sys": "CommandLine.arguments and ProcessInfo.processInfo stand for it",
            "re":
                "regular expressions are written /a+b/, and text.matches(of:) and text.firstMatch(of:) search",
            "json": "JSONDecoder and JSONEncoder of Foundation, and struct Name: Codable",
            "pathlib": "a path is a String or a URL",
            "glob": "FileManager.default.contentsOfDirectory(atPath:)",
            "math": "sqrt, exp, log, sin and .pi are here without it",
            "random": "Double.random(in: 0..<1), array.shuffled() and array.randomElement()",
            "itertools": "zip, array.enumerated() and loops; stride(from:to:by:)",
            "functools": "array.reduce(0, +)", "collections": "Dictionary(grouping:by:) and Set",
            "time": "%%time and %timeit measure; ContinuousClock().measure { … }",
            "datetime": "Date and Calendar of Foundation", "pickle": "struct Name: Codable, and JSONEncoder",
            "tqdm": "fits and features show their progress themselves",
            "joblib": "fits use all cores themselves",
            "typing": "types are part of the language ([Double], String?)",
            "dataclasses": "struct Name { … } has an initializer",
            "copy": "values are copied by assignment", "warnings": "warnings are printed",
            "argparse": "a cell has no arguments",
        ]
    }()

    /// Words and functions of the language itself.
    static let words: [String: String] = [
        "None": "Python's None is nil", "True": "Python's True is true", "False": "Python's False is false",
        "len": "Python's len(x) is x.count (of a Matrix: rows and columns)",
        "range": "Python's range(n) is 0..<n, and range(a, b, c) is stride(from: a, to: b, by: c)",
        "str": "Python's str(x) is String(x), or \"\\(x)\"", "int": "Python's int(x) is Int(x)",
        "float": "Python's float(x) is Double(x)", "bool": "Python's bool is Bool",
        "list": "Python's list(x) is Array(x), and [] is an array",
        "dict": "Python's dict is a Dictionary: [\"a\": 1], empty [:]",
        "tuple": "a tuple is written (a, b)", "set": "Python's set(x) is Set(x)",
        "enumerate": "Python's enumerate(x) is x.enumerated()", "sorted": "Python's sorted(x) is x.sorted()",
        "reversed": "Python's reversed(x) is x.reversed()", "sum": "Python's sum(x) is x.reduce(0, +)",
        "any": "Python's any(…) is x.contains { … }", "all": "Python's all(…) is x.allSatisfy { … }",
        "filter": "Python's filter(f, x) is x.filter(f)", "map": "Python's map(f, x) is x.map(f)",
        "isinstance": "Python's isinstance(x, T) is x is T",
        "hasattr": "a type's members are known when it compiles",
        "getattr": "a member is named by its key path: x[keyPath: \\.name]", "help": "x? shows the help of x",
        "ord": "Python's ord(c) is Character(c).asciiValue",
        "chr": "Python's chr(n) is Character(UnicodeScalar(n))",
        "elif": "Python's elif is else if", "lambda": "Python's lambda x: y is { x in y }",
        "def": "Python's def f(x): is func f(x: Double) -> Double { … }", "pass": "an empty body is { }",
        "except": "Python's try/except is do { try … } catch { … }", "raise": "Python's raise is throw",
        "del": "%del name forgets a variable", "and": "Python's and is &&", "or": "Python's or is ||",
        "not": "Python's not x is !x", "assert_": "assert(condition)",
        "input": "Python's input() is readLine()",
        "exit": "the kernel is restarted from the menu",
        "Exception": "an error is a type that conforms to Error",
    ]
}
