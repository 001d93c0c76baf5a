"""Values that documents and programs draw from alike, so that comparisons are met as often as they are not."""
A64 = "a" * 64
B64 = "0123456789abcdef" * 4

NAMES = ["web", "db", "init-1", "side", "log", "a", "proxy", "x" * 60]
LABEL_KEYS = ["app", "team", "environment", "a/b", "floor", "k"]
LABEL_VALUES = ["web", "blue", "production", "staging", "", "v1.2", "1.28", "10", "true"]
NAMESPACES = ["default", "kube-system", "shop", "monitoring", "ml-train"]
IMAGES = ["nginx", "nginx:1.25", "nginx:latest", "docker.io/library/nginx:1.25", "acme/app:v1", "ghcr.io/acme/app:2.0.1",
          "registry.example.com/team/app:1.2.3", "REGISTRY.example.com/team/app", "registry.example.com:5000/app:1",
          "registry.example.com/team/app@sha256:" + A64, "registry.example.com/team/app:1.2@sha256:" + B64,
          "public.ecr.aws/acme/base:v1.30.0", "index.docker.io/busybox", "localhost/app:dev", "public.ecr.aws/acme2/x",
          "registry.example.com.evil.com/app:1", "ghcr.io/acme/app@sha512:" + A64 + B64]
BASES = ["registry.example.com", "registry.example.com/team", "docker.io", "docker.io/library", "docker.io/library/nginx",
         "ghcr.io", "ghcr.io/acme/app", "public.ecr.aws/acme", "docker.io/acme/", "registry.example.com:5000", "localhost"]
BAD_IMAGES = ["Nginx", "a b", "", "https://a.b/x", "nginx:", "a.b/x@sha256:zz", "registry/../x"]
PATHS = ["/", "/etc", "/etc/", "/var/run/docker.sock", "/run/docker.sock", "/var/log/app/../../etc", "/data", "/data/x",
         "//proc//sys", "/proc/1/root", "/var/run", "/run/", "/home/user", "/srv/a b", "C:\\data", "/var/lib/kubelet",
         "\\\\.\\pipe\\docker_engine", "//./pipe/docker_engine", "\\\\?\\C:\\data", "C:\\PROGRA~1\\x", "\\\\.\\Volume1"]
POLICY_PATHS = ["/", "/etc", "/run", "/var/run/docker.sock", "/data", "/var", "/proc", "/home", "/run/docker.sock"]
QUANTITIES = ["0", "1", "100m", "250m", "500m", "0.5", "1.5", "2", "4", "64Mi", "128Mi", "512Mi", "1Gi", "1.5Gi", "2Gi", "4Gi",
              "8Gi", "1G", "1000M", "1e3", "1e9", "1024", "1023", "1025", "4294967296", "3"]
BAD_QUANTITIES = ["-1", "lots", "", "1GB", "1 Gi", "0x10"]
CAPABILITIES = ["ALL", "SYS_ADMIN", "NET_BIND_SERVICE", "NET_RAW", "CHOWN", "cap_sys_admin", "CAP_KILL", "net_admin", "NOPE", "all"]
INTS = [0, 1, -1, 80, 443, 1000, 1001, 1023, 1024, 1025, 8080, 65535, 65536, 2147483647, 2147483648, 9223372036854775807,
        -9223372036854775808]
SMALL_INTS = [0, 1, 2, 3, 10, 80, 443, 1000, 1024, 8080, 10000]
USERS = ["root", "0", "1000", "1000:1000", "app", "app:root", "0:0", ":5", "-5", "00", "+7", "ContainerUser",
         "ContainerAdministrator", "2147483648", "ROOT", ""]
WINDOWS_USERS = ["ContainerUser", "ContainerAdministrator", "NT AUTHORITY\\SYSTEM", "CONTAINERADMINISTRATOR", "app"]
IPS = ["10.0.0.1", "10.255.0.1", "169.254.169.254", "192.168.1.1", "::1", "fd00:ec2::254", "0x7f.1", "localhost", "::ffff:10.0.0.1",
       "01.2.3.4"]
NETWORKS = ["10.0.0.0/8", "169.254.169.254", "169.254.0.0/16", "fd00::/8", "0.0.0.0/0", "::/0", "192.168.0.0/16"]
VERSIONS = ["v1.25", "v1.28", "v1.30", "v1.2.3", "v2"]
VERSION_TEXTS = ["1.28", "v1.30.1", "1.2.3-rc.1", "latest", "", "1.x", "v1.28.3-eks-4f4795d", "2"]
ROLES = ["app", "web", "arn:aws:iam::123456789012:role/app", "arn:aws:iam::123456789012:role/path/web",
         "arn:aws:iam::210987654321:role/app"]
ARNS = ["arn:aws:s3:::bucket", "arn:aws:iam::123456789012:role/app", "arn:aws:ssm:eu-west-1:123456789012:parameter/s",
        "arn:aws-cn:ecr:cn-north-1:1:repository/a", "bucket", "arn:aws:iam"]
ACCOUNTS = ["123456789012", "210987654321"]
TEXTS = ["web", "x", "a b", "production", "1000", "-12", "+5", "9223372036854775808", "ünï", "\u202e", "a\tb", "\ufffd", "{}", "%s",
         "/etc", "nginx:1", "10.0.0.1", "A" * 300, "v1.2", "arn:aws:s3:::bucket", "ContainerUser"]
VARIABLES = ["PATH", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD", "LOG_LEVEL",
             "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]
GLOBS = ["*", "web", "w*", "*b", "*o*", "a*b", "docker.io/*", "*:latest", "registry.example.com/*", "/etc*", "AWS_*", "**", "*@sha256:*"]
PATTERNS = ["[a-z]+", "web|db", "a.*", ".*[0-9]", "(?:AWS|DB)_.*", "[A-Z_]{2,}", "[^/]*", "\\d{1,3}", ".*", "x?y?", "/etc(/.*)?",
            "docker\\.io/.*", "web", "(a|b)c*", "v?1\\.2.*"]
ENVIRONMENTS = ["dev", "staging", "production"]
