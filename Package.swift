// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func target(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let package = Package(
  name: "octet",
  products: [
    .library(name: "Octet", targets: ["Octet"]),
    .executable(name: "octet", targets: ["octet-cli"]),
    .executable(name: "octet-run", targets: ["octet-run"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: [
    // Device modules: these also compile as Embedded Swift (tools/build-device).
    target("OctetDiagnostics", []),
    target("OctetIR", ["OctetDiagnostics"]),
    .target(name: "COctetSchema"),
    target("OctetSchema", ["COctetSchema"]),
    .target(name: "COctetKernels", linkerSettings: [.linkedLibrary("m")]),
    target("OctetKernels", ["COctetKernels"]),
    target("OctetOps", ["OctetIR", "OctetSchema", "OctetKernels"]),
    .target(name: "COctetPlatform"),
    target("OctetFiles", ["OctetDiagnostics", "COctetPlatform"]),
    target("OctetTFLite", ["OctetOps", "OctetFiles"]),
    target("OctetRuntime", ["OctetOps"]),

    // Desktop modules.
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    target("OctetArchives", ["OctetIR", "CZlib"]),
    target(
      "OctetImport",
      [
        "OctetOps", "OctetFiles", "OctetArchives",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    target("OctetPasses", ["OctetOps", "OctetRuntime"]),
    .target(name: "CStb"),
    target("OctetData", ["OctetIR", "OctetFiles", "OctetArchives", "CStb"]),
    target("OctetQuantize", ["OctetRuntime"]),
    target(
      "Octet",
      [
        "OctetArchives", "OctetImport", "OctetTFLite", "OctetPasses", "OctetQuantize", "OctetData",
      ],
      exclude: ["Explanations", "Report/Page"]),
    .executableTarget(
      name: "octet-cli",
      dependencies: ["Octet", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      swiftSettings: settings),
    .executableTarget(
      name: "octet-run", dependencies: ["OctetTFLite", "OctetRuntime", "COctetPlatform"],
      swiftSettings: settings),

    tests("OctetDiagnosticsTests", ["OctetDiagnostics"]),
    tests("OctetIRTests", ["OctetOps"]),
    tests("OctetSchemaTests", ["OctetSchema"]),
    tests("OctetKernelsTests", ["OctetIR", "OctetKernels"]),
    tests("OctetDataTests", ["OctetArchives", "OctetData", "OctetFiles"]),
    tests(
      "OctetOpsTests",
      [
        "OctetFiles", "OctetImport", "OctetQuantize", "OctetRuntime", "OctetTFLite",
        "OctetTestSupport",
      ]),
    tests("OctetTFLiteTests", ["OctetTFLite", "OctetRuntime", "OctetTestSupport"]),
    tests("OctetRuntimeTests", ["OctetRuntime", "COctetTestSupport"]),
    tests(
      "OctetImportTests", ["OctetImport", "OctetPasses", "OctetTestSupport"], exclude: ["HDF5"]),
    tests("OctetPassesTests", ["OctetPasses"], exclude: ["Fixtures"]),
    tests("OctetQuantizeTests", ["OctetQuantize"]),
    .target(name: "COctetTestSupport", path: "Tests/COctetTestSupport"),
    .target(name: "OctetTestSupport", path: "Tests/OctetTestSupport", swiftSettings: settings),
    tests("OctetTests", ["Octet", "OctetTestSupport"]),
    tests(
      "OctetEndToEndTests", ["Octet", "octet-cli", "OctetTestSupport"],
      exclude: ["Golden", "Keras", "Quantization", "TensorFlow"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
