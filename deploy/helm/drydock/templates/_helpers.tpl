{{- define "drydock.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "drydock.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "drydock.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "drydock.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "drydock.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "drydock.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "drydock.poolName" -}}
{{- default .Release.Name .Values.router.inferencePool.name -}}
{{- end -}}

{{/* Whether the router asks the API server; otherwise its pod gets no token. */}}
{{- define "drydock.usesToken" -}}
{{- if or (eq .Values.router.discovery.source "pool") .Values.router.epp.leaderElection }}true{{ end -}}
{{- end -}}

{{/* Whether discovery reads the cluster. */}}
{{- define "drydock.readsCluster" -}}
{{- if eq .Values.router.discovery.source "pool" }}true{{ end -}}
{{- end -}}

{{/* Whether the router itself speaks TLS: Envoy does it in standalone mode. */}}
{{- define "drydock.servesTls" -}}
{{- if and .Values.router.tls.secretName (ne .Values.mode "standalone") }}true{{ end -}}
{{- end -}}

{{/* Values that contradict each other. What a schema can say is in values.schema.json. */}}
{{- define "drydock.check" -}}
{{- $router := .Values.router -}}
{{- $epp := $router.epp -}}
{{- $auth := $router.auth -}}
{{- if ne .Values.mode "gateway" -}}
{{- if or $auth.apiKeysSecret $auth.jwt.keysUrl $auth.rateLimit $auth.upstreamAuthorizationSecret -}}
{{- fail (printf "router.auth: found values in mode %s; ext_proc does not know callers, so they need mode: gateway" .Values.mode) -}}
{{- end -}}
{{- if $router.upstreamTls.enabled -}}
{{- fail (printf "router.upstreamTls.enabled: found true in mode %s, where drydock does not connect to model servers for requests; it needs mode: gateway" .Values.mode) -}}
{{- end -}}
{{- if eq $router.disaggregation.runBy "gateway" -}}
{{- fail (printf "router.disaggregation.runBy: found gateway in mode %s; it needs mode: gateway" .Values.mode) -}}
{{- end -}}
{{- end -}}
{{- if and $auth.apiKeysSecret $auth.jwt.keysUrl -}}
{{- fail "router.auth: found apiKeysSecret and jwt.keysUrl; one of the two can be checked" -}}
{{- end -}}
{{- if and $auth.upstreamAuthorizationSecret (not (or $auth.apiKeysSecret $auth.jwt.keysUrl)) -}}
{{- fail "router.auth.upstreamAuthorizationSecret: found without apiKeysSecret or jwt.keysUrl; without them callers' own headers go through" -}}
{{- end -}}
{{- if eq $router.discovery.source "dns" -}}
{{- if not $router.discovery.dns -}}
{{- fail "router.discovery.dns: found nothing; with source: dns it is host:port or an SRV name" -}}
{{- end -}}
{{- if eq .Values.mode "picker" -}}
{{- fail "router.discovery.source: found dns in mode picker; a Gateway API gateway goes by an InferencePool" -}}
{{- end -}}
{{- else if and $router.inferencePool.create (not $router.modelServers.matchLabels) -}}
{{- fail "router.modelServers.matchLabels: found nothing; the created InferencePool needs the labels of the model servers' pods" -}}
{{- end -}}
{{- if and $epp.leaderElection .Values.autoscaling.enabled -}}
{{- fail "autoscaling.enabled: found true with router.epp.leaderElection; only one replica serves, however many there are" -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- fail (printf "autoscaling.minReplicas: found %v; it is at most maxReplicas, %v" .Values.autoscaling.minReplicas .Values.autoscaling.maxReplicas) -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (not .Values.autoscaling.metrics) (not .Values.autoscaling.targetCPUUtilizationPercentage) -}}
{{- fail "autoscaling.metrics: found none, and no targetCPUUtilizationPercentage; replicas need a measure" -}}
{{- end -}}
{{- if and $epp.adminPort (has (int $epp.adminPort) (list (int $epp.port) (int $epp.extProcPort))) -}}
{{- fail (printf "router.epp.adminPort: found %v, which another of the router's ports is; it needs one of its own" $epp.adminPort) -}}
{{- end -}}
{{- if and .Values.httpRoute.create (ne .Values.mode "picker") -}}
{{- fail (printf "httpRoute.create: found true in mode %s; it needs mode: picker" .Values.mode) -}}
{{- end -}}
{{- if and (ne $epp.pluginsConfigFile "default-plugins.yaml") (not (hasKey $epp.pluginsCustomConfig $epp.pluginsConfigFile)) -}}
{{- fail (printf "router.epp.pluginsConfigFile: found %s; it is default-plugins.yaml or a key of pluginsCustomConfig" $epp.pluginsConfigFile) -}}
{{- end -}}
{{- end -}}

{{/* The EndpointPickerConfig's text; nothing is llm-d's default. */}}
{{- define "drydock.pluginsConfig" -}}
{{- $config := get .Values.router.epp.pluginsCustomConfig .Values.router.epp.pluginsConfigFile | default "" -}}
{{- if kindIs "string" $config -}}{{ $config }}{{- else -}}{{ toYaml $config }}{{- end -}}
{{- end -}}

{{/* Options of `drydock serve`, one a line. llm-d's two flags that have another name here are translated. */}}
{{- define "drydock.args" -}}
{{- $router := .Values.router -}}
- serve
- --config=/etc/drydock/config/{{ $router.epp.pluginsConfigFile }}
- --host=0.0.0.0
- --port={{ $router.epp.port }}
- --ext-proc-port={{ $router.epp.extProcPort }}
- --drain-timeout-s={{ $router.epp.drainTimeoutSeconds }}
{{- if $router.epp.adminPort }}
- --admin-port={{ $router.epp.adminPort }}
- --admin-host=0.0.0.0
{{- end }}
{{- if $router.epp.leaderElection }}
- --leader-election={{ .Release.Namespace }}/{{ include "drydock.fullname" . }}
{{- end }}
{{- if include "drydock.readsCluster" . }}
- --pool={{ .Release.Namespace }}/{{ include "drydock.poolName" . }}
{{- else }}
- --dns={{ $router.discovery.dns }}
{{- end }}
- --disaggregation={{ $router.disaggregation.runBy }}
{{- if eq $router.disaggregation.runBy "gateway" }}
- --kv-connector={{ $router.disaggregation.kvConnector }}
- --ec-connector={{ $router.disaggregation.ecConnector }}
- --prefill-fallback={{ $router.disaggregation.prefillFallback }}
{{- end }}
{{- if include "drydock.servesTls" . }}
- --tls-cert=/etc/drydock/tls/tls.crt
- --tls-key=/etc/drydock/tls/tls.key
{{- end }}
{{- with $router.auth }}
{{- if .apiKeysSecret }}
- --api-keys=/etc/drydock/api-keys/keys.yaml
{{- end }}
{{- with .jwt }}
{{- if .keysUrl }}
- --jwt-keys={{ .keysUrl }}
{{- end }}
{{- if .issuer }}
- --jwt-issuer={{ .issuer }}
{{- end }}
{{- if .audience }}
- --jwt-audience={{ .audience }}
{{- end }}
{{- if .fairnessClaim }}
- --jwt-fairness-claim={{ .fairnessClaim }}
{{- end }}
{{- end }}
{{- if .upstreamAuthorizationSecret }}
- --upstream-authorization-env=UPSTREAM_AUTHORIZATION
{{- end }}
{{- if .rateLimit }}
- --rate-limit={{ .rateLimit }}
{{- end }}
{{- end }}
{{- with $router.upstreamTls }}
{{- if .enabled }}
- --upstream-tls
{{- if .caSecret }}
- --upstream-ca=/etc/drydock/upstream-ca/ca.crt
{{- end }}
{{- if .insecureSkipVerify }}
- --upstream-insecure
{{- end }}
{{- end }}
{{- end }}
{{- range $flag, $value := $router.epp.flags }}
{{- if eq $flag "refresh-metrics-interval" }}
{{- if not (regexMatch "^[0-9]+ms$" (toString $value)) }}
{{- fail (printf "router.epp.flags.refresh-metrics-interval: found %v; here it is a whole number of ms, such as 50ms" $value) }}
{{- end }}
- --scrape-interval-ms={{ trimSuffix "ms" (toString $value) }}
{{- else if eq (toString $value) "true" }}
- --{{ $flag }}
{{- else }}
- {{ printf "--%s=%v" $flag $value | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "drydock.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}
