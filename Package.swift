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

/// A C library of the system, reached through a module map in `Sources/CLibraries`.
func system(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func library(
    _ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil,
    settings: [SwiftSetting] = [], linker: [LinkerSetting]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, resources: resources,
        swiftSettings: [.swiftLanguageMode(.v6)] + settings, linkerSettings: linker)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], settings: [SwiftSetting] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude,
        swiftSettings: [.swiftLanguageMode(.v6)] + settings)
}

/// Debian's OpenBLAS for OpenMP, which shares its threads with oneDNN. The one with threads of its own, which may be the
/// system's choice, waits for the cores on which oneDNN's threads spin: products that alternate take twice the time.
let sharedThreads: [LinkerSetting] = ["x86_64", "aarch64"]
    .map { "/usr/lib/\($0)-linux-gnu/openblas-openmp" }
    .filter { FileManager.default.fileExists(atPath: $0) }
    .map { .unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", $0]) }

let package = Package(
    name: "Gyrus",
    products: [
        .library(name: "Gyrus", type: .dynamic, targets: ["Gyrus"]),
        .executable(name: "gyrus", targets: ["GyrusCommand"]),
        .executable(name: "gyrus-runner", targets: ["GyrusRunner"]),
        .executable(name: "gyrus-assistant", targets: ["GyrusAssistant"]),
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
        system("CJPEG", pkgConfig: "libturbojpeg", apt: "libturbojpeg0-dev"),
        system("CPNG", pkgConfig: "libpng", apt: "libpng-dev"),
        system("CCairo", pkgConfig: "cairo", apt: "libcairo2-dev"),
        system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        system("COpenSSL", pkgConfig: "libcrypto", apt: "libssl-dev"),
        system("CSpawn", apt: "libc6-dev"),
        .systemLibrary(name: "CSourceKit", path: "Sources/CLibraries/CSourceKit"),

        // The library that cells import
        library("CommFrames", []),
        library("Display", []),
        library("Comms", ["Display", "CommFrames"]),
        .target(name: "CKernelLevels", path: "Sources/CLibraries/CKernelLevels"),
        .target(name: "CTensorKernels", dependencies: ["CKernelLevels"], path: "Sources/CLibraries/CTensorKernels"),
        library(
            "Tensors", ["COpenBLAS", "COneDNN", "COpenMP", "CTensorKernels"], linker: sharedThreads),
        .target(
            name: "CImageKernels", dependencies: ["CKernelLevels", "CPNG"], path: "Sources/CLibraries/CImageKernels"),
        .target(name: "CHDF5Support", dependencies: ["CHDF5"], path: "Sources/CLibraries/CHDF5Support"),
        library(
            "Formats",
            [
                "Tensors", "Display", "CHDF5", "CHDF5Support", "CZlib", "CJPEG", "CPNG", "CImageKernels",
                "COpenSSL",
            ]),
        .target(name: "CHTTP", path: "Sources/CLibraries/CHTTP", linkerSettings: [.linkedLibrary("dl")]),
        library("FoundationModels", ["Tensors", "Formats", "Display", "COneDNN", "CHTTP"]),
        .target(name: "CVoxelKernels", dependencies: ["CKernelLevels"], path: "Sources/CLibraries/CVoxelKernels"),
        library("Encoding", ["Tensors", "Display", "CVoxelKernels"]),
        library("Brain", ["Display", "Encoding", "Formats"]),
        library("Figures", ["Display", "CCairo"]),
        library("KernelChecks", ["CKernelLevels", "CTensorKernels", "CImageKernels", "CVoxelKernels"]),
        library("CellRuntime", ["Display", "Comms", "CommFrames"]),
        library("Widgets", ["Comms", "CellRuntime", "Display"]),
        library(
            "Gyrus",
            [
                "CellRuntime", "Comms", "Display", "Tensors", "Formats", "FoundationModels", "Encoding",
                "Brain", "Figures", "Widgets", "KernelChecks",
            ]),

        // The kernel
        library("Jupyter", ["CZeroMQ", "COpenSSL"]),
        library("SwiftCells", ["COpenSSL", "CSpawn"], settings: [parser], linker: parserLibraries),
        .executableTarget(
            name: "GyrusRunner",
            linkerSettings: [
                .linkedLibrary("dl"), .linkedLibrary("dispatch"),
                .unsafeFlags(["-Xlinker", "--export-dynamic"]),
            ]),
        library("Assistance", ["CSpawn"]),
        .executableTarget(
            name: "GyrusAssistant", dependencies: ["Assistance", "CSourceKit"],
            swiftSettings: [
                .swiftLanguageMode(.v6), .unsafeFlags(["-Xcc", "-I\(toolchain)/include"]),
            ],
            linkerSettings: [
                .unsafeFlags(["-L\(toolchain)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(toolchain)/lib"])
            ]),
        library(
            "GyrusKernel", ["Assistance", "CommFrames", "Jupyter", "SwiftCells", "CSQLite", "CSpawn"],
            settings: [parser]),
        .executableTarget(
            name: "GyrusCommand",
            dependencies: [
                "GyrusKernel", "SwiftCells",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), parser]),

        // Benchmarks
        .executableTarget(
            name: "EncodingBenchmark", dependencies: ["Brain", "Encoding", "Formats", "Tensors"],
            path: "Benchmarks/ridge", exclude: ["README.md", "peer.py", "run.py"],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "TowersBenchmark", dependencies: ["FoundationModels", "Tensors"], path: "Benchmarks/towers",
            exclude: [
                "README.md", "cases.py", "memory.py", "models.py", "peer.py", "precision.py", "requirements.txt", "run.py",
                "standin.py",
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

        // Tests
        tests("SwiftCellsTests", ["SwiftCells"], settings: [parser]),
        tests("AssistanceTests", ["Assistance"]),
        tests("GyrusKernelTests", ["GyrusKernel"], settings: [parser]),
        tests("CommFramesTests", ["CommFrames"]),
        tests("JupyterTests", ["Jupyter", "CZeroMQ"]),
        tests("EncodingTests", ["Encoding", "Tensors", "Display"], exclude: ["Fixtures"]),
        tests("TensorsTests", ["Tensors"]),
        tests(
            "FoundationModelsTests", ["FoundationModels", "Tensors", "Formats", "Display"],
            exclude: ["Fixtures"]),
        tests("FiguresTests", ["Figures", "Display"]),
        tests("BrainTests", ["Brain", "Display", "Encoding", "Formats", "Tensors"], exclude: ["Fixtures"]),
        tests("FormatsTests", ["Formats", "Tensors", "Display"], exclude: ["Fixtures"]),
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
