// swift-tools-version: 6.1
import Foundation
import PackageDescription

// SwiftParser comes from the toolchain itself (usr/lib/swift/host): the parser then always agrees with the
// compiler that cells are built with, and a clean clone does not spend six minutes building swift-syntax.
let toolchain = Toolchain.locate()

let parser = SwiftSetting.unsafeFlags(["-I", toolchain + "/lib/swift/host"])
let parserLibraries: [LinkerSetting] = [
    .unsafeFlags([
        "-L", toolchain + "/lib/swift/host", "-Xlinker", "-rpath", "-Xlinker", toolchain + "/lib/swift/host",
    ]),
    .linkedLibrary("SwiftParser"), .linkedLibrary("SwiftSyntax"), .linkedLibrary("SwiftOperators"),
]

/// A C library of the system, reached through a module map in `Sources/System`.
func system(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// The rooms of `Sources`.
enum Room: String {
    case library = "Library"
    case kernel = "Kernel"
    case runner = "Runner"
    case support = "Support"
}

func module(
    _ name: String, in room: Room, _ dependencies: [Target.Dependency], resources: [Resource]? = nil,
    settings: [SwiftSetting] = [], linker: [LinkerSetting]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/\(room.rawValue)/\(name)",
        resources: resources, swiftSettings: [.swiftLanguageMode(.v6)] + settings, linkerSettings: linker)
}

/// The tests of a module, in the folder of `Tests` that mirrors its own.
func tests(
    of name: String, in room: Room, _ dependencies: [Target.Dependency], exclude: [String] = [],
    settings: [SwiftSetting] = []
) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: dependencies, path: "Tests/\(room.rawValue)/\(name)",
        exclude: exclude,
        swiftSettings: [.swiftLanguageMode(.v6)] + settings)
}

/// Debian's OpenBLAS for OpenMP, which shares its threads with oneDNN. The one with threads of its own, which may be the
/// system's choice, waits for the cores on which oneDNN's threads spin: products that alternate take twice the time.
let sharedThreads: [LinkerSetting] = ["x86_64", "aarch64"]
    .map { "/usr/lib/\($0)-linux-gnu/openblas-openmp" }
    .filter { FileManager.default.fileExists(atPath: $0) }
    .map { .unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", $0]) }

/// The C library's exp, log, … of vectors, which come with it on this processor.
#if arch(x86_64)
    let vectorFunctions: [LinkerSetting] = [.linkedLibrary("mvec", .when(platforms: [.linux]))]
#else
    let vectorFunctions: [LinkerSetting] = []
#endif

let package = Package(
    name: "Gyrus",
    products: [
        .library(name: "Gyrus", type: .dynamic, targets: ["Gyrus"]),
        .executable(name: "gyrus", targets: ["GyrusCommand"]),
        .executable(name: "gyrus-runner", targets: ["GyrusRunner"]),
        .executable(name: "gyrus-sourcekit", targets: ["GyrusSourceKit"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
    ],
    targets: [
        // C libraries
        system("CZeroMQ", apt: "libzmq3-dev"),
        system("COpenBLAS", pkgConfig: "openblas", apt: "libopenblas-openmp-dev"),
        system("COneDNN", apt: "libdnnl-dev"),
        system("COpenMP", apt: "libgomp1"),
        system("CHDF5", pkgConfig: "hdf5", apt: "libhdf5-dev"),
        system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        system("CExpat", pkgConfig: "expat", apt: "libexpat1-dev"),
        system("CJPEG", pkgConfig: "libturbojpeg", apt: "libturbojpeg0-dev"),
        system("CPNG", pkgConfig: "libpng", apt: "libpng-dev"),
        system("CCairo", pkgConfig: "cairo", apt: "libcairo2-dev"),
        system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        system("COpenSSL", pkgConfig: "libcrypto", apt: "libssl-dev"),
        system("CSpawn", apt: "libc6-dev"),
        .systemLibrary(name: "CSourceKit", path: "Sources/System/CSourceKit"),

        // What kernel and library both need
        module("JSON", in: .support, []),
        module("Hashing", in: .support, ["COpenSSL"]),
        module("Spawn", in: .support, ["CSpawn"]),
        module("Text", in: .support, []),

        // The library that cells import
        .target(name: "CRunnerProtocol", path: "Sources/C/CRunnerProtocol"),
        module("RunnerProtocol", in: .runner, ["CRunnerProtocol"]),
        module("Display", in: .library, ["CRunnerProtocol", "Text"]),
        module("Comms", in: .library, ["Display", "JSON", "RunnerProtocol"]),
        .target(name: "CKernelLevels", path: "Sources/C/CKernelLevels"),
        .target(
            name: "CTensorKernels", dependencies: ["CKernelLevels"], path: "Sources/C/CTensorKernels",
            linkerSettings: vectorFunctions),
        module(
            "Tensors", in: .library, ["Display", "COpenBLAS", "COneDNN", "COpenMP", "CTensorKernels"],
            linker: sharedThreads),
        .target(
            name: "CImageKernels", dependencies: ["CKernelLevels", "CPNG"], path: "Sources/C/CImageKernels"),
        .target(name: "CControlGroups", path: "Sources/C/CControlGroups"),
        .target(name: "CHDF5Support", dependencies: ["CHDF5"], path: "Sources/C/CHDF5Support"),
        module(
            "Formats", in: .library,
            [
                "Tensors", "Display", "CHDF5", "CHDF5Support", "CZlib", "CExpat", "CJPEG", "CPNG",
                "CImageKernels", "CControlGroups",
                "COpenSSL", "Hashing",
            ]),
        .target(name: "CTableKernels", path: "Sources/C/CTableKernels"),
        module("Tables", in: .library, ["Tensors", "Display", "Formats", "JSON", "Text", "CTableKernels"]),
        .target(name: "CHTTP", path: "Sources/C/CHTTP", linkerSettings: [.linkedLibrary("dl")]),
        module(
            "FoundationModels", in: .library,
            ["Tensors", "Formats", "Display", "COneDNN", "CHTTP", "Hashing", "Text"],
            resources: [.copy("Models")]),
        .target(
            name: "CTrainingKernels", dependencies: ["CKernelLevels"], path: "Sources/C/CTrainingKernels"),
        module(
            "Training", in: .library,
            ["Tensors", "Formats", "FoundationModels", "Display", "Figures", "Hashing", "CTrainingKernels"]),
        module("SmallWorld", in: .library, ["Formats", "Display", "Hashing"]),
        .target(name: "CVoxelKernels", dependencies: ["CKernelLevels"], path: "Sources/C/CVoxelKernels"),
        module(
            "Encoding", in: .library, ["Tensors", "Formats", "Display", "Hashing", "Text", "CVoxelKernels"]),
        module(
            "Figures", in: .library,
            ["Comms", "Display", "Formats", "Hashing", "JSON", "Tables", "Tensors", "Text", "CCairo"]),
        module(
            "Brain", in: .library,
            ["Display", "Encoding", "Figures", "Formats", "Hashing", "Tables", "Tensors", "Text"]),
        module(
            "SceneStudies", in: .library,
            [
                "Brain", "Display", "Encoding", "Figures", "Formats", "FoundationModels", "Hashing",
                "SmallWorld", "Tensors", "Training",
            ]),
        module("Sweeps", in: .library, ["Display", "JSON", "Tables"]),
        module("PythonExchange", in: .library, ["Tables", "Tensors"]),
        module(
            "ProcessorChecks", in: .library,
            ["CKernelLevels", "CTensorKernels", "CImageKernels", "CVoxelKernels", "CTrainingKernels"]),
        module(
            "CellRuntime", in: .runner,
            ["CRunnerProtocol", "Comms", "Display", "JSON", "RunnerProtocol", "Text"]),
        module("Widgets", in: .library, ["Comms", "CellRuntime", "Display", "JSON"]),
        module(
            "Gyrus", in: .library,
            [
                "CellRuntime", "Comms", "Display", "Tensors", "Formats", "FoundationModels", "Encoding",
                "Brain", "Figures", "JSON", "Tables", "Widgets", "PythonExchange", "ProcessorChecks",
                "Training", "SmallWorld", "SceneStudies", "Sweeps", "Hashing", "Text",
                "CKernelLevels", "RunnerProtocol",
            ]),

        // The kernel
        module("Jupyter", in: .kernel, ["CZeroMQ", "COpenSSL", "JSON"]),
        module(
            "SwiftCells", in: .kernel, ["Hashing", "Spawn", "Text"], settings: [parser],
            linker: parserLibraries),
        .executableTarget(
            name: "GyrusRunner", dependencies: ["CRunnerProtocol", "CControlGroups"],
            path: "Sources/Runner/GyrusRunner",
            linkerSettings: [
                .linkedLibrary("dl"), .linkedLibrary("dispatch"),
                .unsafeFlags(["-Xlinker", "--export-dynamic"]),
            ]),
        module("CodeCompletion", in: .kernel, ["CRunnerProtocol", "RunnerProtocol", "Spawn"]),
        .executableTarget(
            name: "GyrusSourceKit",
            dependencies: ["CodeCompletion", "CRunnerProtocol", "CSourceKit", "RunnerProtocol"],
            path: "Sources/Kernel/GyrusSourceKit",
            swiftSettings: [
                .swiftLanguageMode(.v6), .unsafeFlags(["-Xcc", "-I\(toolchain)/include"]),
            ],
            linkerSettings: [
                .unsafeFlags(["-L\(toolchain)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(toolchain)/lib"])
            ]),
        module(
            "GyrusKernel", in: .kernel,
            [
                "CKernelLevels", "CRunnerProtocol", "CSQLite", "CodeCompletion", "JSON", "Jupyter",
                "RunnerProtocol", "Spawn", "SwiftCells", "Text",
            ],
            settings: [parser]),
        module(
            "NotebookRuns", in: .kernel,
            ["GyrusKernel", "Hashing", "JSON", "Jupyter", "RunnerProtocol", "SwiftCells"], settings: [parser]),
        module(
            "NotebookSweeps", in: .kernel,
            ["GyrusKernel", "JSON", "NotebookRuns", "Spawn", "SwiftCells", "Text"], settings: [parser]),
        .executableTarget(
            name: "GyrusCommand",
            dependencies: [
                "GyrusKernel", "NotebookRuns", "NotebookSweeps", "RunnerProtocol", "Spawn",
                "SwiftCells", "Text",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/Kernel/GyrusCommand",
            swiftSettings: [.swiftLanguageMode(.v6), parser]),

        // Benchmarks
        .executableTarget(
            name: "EncodingBenchmark", dependencies: ["Encoding", "Formats", "Tensors"],
            path: "Benchmarks/ridge", exclude: ["README.md", "peer.py", "run.py"],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "TowersBenchmark", dependencies: ["FoundationModels", "Tensors"], path: "Benchmarks/towers",
            exclude: [
                "README.md", "cases.py", "memory.py", "models.py", "peer.py", "precision.py",
                "requirements.txt", "run.py", "standin.py",
            ],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "ConvolutionBenchmark", dependencies: ["FoundationModels", "Tensors"],
            path: "Benchmarks/convolution", exclude: ["README.md", "peer.py", "run.py"],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "ImagesBenchmark", dependencies: ["FoundationModels", "Formats", "Tensors"],
            path: "Benchmarks/images", exclude: ["README.md", "peer.py", "run.py"],
            swiftSettings: [.swiftLanguageMode(.v6)]),

        .executableTarget(
            name: "StudiesBenchmark", dependencies: ["Gyrus"], path: "Benchmarks/studies",
            exclude: ["README.md", "peer.py", "run.py"], swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "TablesBenchmark", dependencies: ["Tables"], path: "Benchmarks/tables",
            exclude: ["README.md", "peer.py", "run.py"], swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "DataBenchmark", dependencies: ["Encoding", "Formats", "Tables", "Tensors"],
            path: "Benchmarks/data", exclude: ["README.md", "peer.py", "run.py"],
            swiftSettings: [.swiftLanguageMode(.v6)]),

        .executableTarget(
            name: "TrainMini",
            dependencies: [
                "Training", "SceneStudies", "SmallWorld", "FoundationModels", "Formats", "Tensors", "Hashing",
            ],
            path: "Benchmarks/training/TrainMini", swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "TrainingBenchmark", dependencies: ["Training", "FoundationModels", "Tensors"],
            path: "Benchmarks/training/TrainingBenchmark", swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "FiguresBenchmark", dependencies: ["Figures", "Formats", "Tensors"],
            path: "Benchmarks/figures", exclude: ["README.md", "peer.py", "run.py", "volumes.py"],
            swiftSettings: [.swiftLanguageMode(.v6)]),

        // Tests
        tests(of: "SwiftCells", in: .kernel, ["SwiftCells"], settings: [parser]),
        tests(of: "CodeCompletion", in: .kernel, ["CodeCompletion"]),
        tests(of: "GyrusKernel", in: .kernel, ["GyrusKernel"], settings: [parser]),
        tests(of: "NotebookRuns", in: .kernel, ["NotebookRuns"], settings: [parser]),
        tests(of: "NotebookSweeps", in: .kernel, ["NotebookRuns", "NotebookSweeps"], settings: [parser]),
        tests(of: "RunnerProtocol", in: .runner, ["CRunnerProtocol", "RunnerProtocol"]),
        tests(of: "Jupyter", in: .kernel, ["JSON", "Jupyter", "CZeroMQ"]),
        tests(
            of: "Encoding", in: .library, ["Encoding", "Formats", "Tensors", "Display"], exclude: ["Fixtures"]
        ),
        tests(of: "Tensors", in: .library, ["Tensors"], exclude: ["Fixtures"]),
        tests(
            of: "FoundationModels", in: .library, ["FoundationModels", "Tensors", "Formats", "Display"],
            exclude: ["Fixtures"]),
        tests(of: "Figures", in: .library, ["Figures", "Display", "Formats"]),
        tests(
            of: "Brain", in: .library, ["Brain", "Display", "Encoding", "Formats", "Tensors"],
            exclude: ["Fixtures"]),
        tests(
            of: "Tables", in: .library, ["Tables", "Tensors", "Display", "Formats"], exclude: ["Fixtures"]),
        tests(
            of: "Training", in: .library,
            ["Training", "Tensors", "Formats", "FoundationModels", "SmallWorld"],
            exclude: ["Fixtures"]),
        tests(of: "SmallWorld", in: .library, ["SmallWorld", "Formats"]),
        tests(
            of: "SceneStudies", in: .library,
            ["SceneStudies", "SmallWorld", "Brain", "Encoding", "FoundationModels", "Formats", "Tensors"]),
        tests(of: "Gyrus", in: .library, ["Gyrus"]),
        tests(of: "Formats", in: .library, ["Formats", "Tensors", "Display"], exclude: ["Fixtures"]),
    ]
)

/// Where the Swift toolchain that runs this manifest lives.
enum Toolchain {
    /// The `usr` folder of the first `swift` on the PATH that has the parser's libraries beside it.
    static func locate() -> String {
        let environment = ProcessInfo.processInfo.environment
        let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        for folder in folders + ["/usr/bin", "/opt/swift/usr/bin"] {
            let swift = URL(fileURLWithPath: folder + "/swiftc").resolvingSymlinksInPath()
            let usr = swift.deletingLastPathComponent().deletingLastPathComponent().path
            if FileManager.default.fileExists(atPath: usr + "/lib/swift/host/libSwiftParser.so") {
                return usr
            }
        }
        return "/usr"
    }
}
